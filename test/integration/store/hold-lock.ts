import { spawn } from "node:child_process";
import { once } from "node:events";
import { nativeBinding } from "./recorded-values.ts";

const HOLDER = `
  const [path, nativeBinding] = process.argv.slice(1);
  const db = new (require("better-sqlite3"))(path, nativeBinding === "" ? {} : { nativeBinding });
  db.exec("BEGIN IMMEDIATE");
  process.stdin.once("end", () => { db.exec("ROLLBACK"); process.exit(); }).resume();
  process.stdout.write("locked");
`;

/** Another process locks the database for writing. @returns what lets it go. */
export async function holdLock(path: string): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, ["-e", HOLDER, path, nativeBinding ?? ""], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
  });
  const exited = once(child, "close");
  const ended = exited.then(() => Promise.reject(new Error("the holder ended before it locked")));
  await Promise.race([once(child.stdout, "data"), ended]);
  ended.catch(() => undefined);
  return async () => {
    child.stdin.end();
    await exited;
  };
}
