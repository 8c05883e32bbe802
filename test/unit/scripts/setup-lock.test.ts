import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { withSetupLock } from "../../../scripts/setup/setup-lock.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

const lockModule = pathToFileURL(
  fileURLToPath(new URL("../../../scripts/setup/setup-lock.mjs", import.meta.url)),
).href;

async function deadProcessId(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return child.pid ?? 0;
}

describe("withSetupLock()", () => {
  it("holds the lock during the work and releases it, also after a failure", async () => {
    const file = join(temporaryFolder(), "lock");
    const result = await withSetupLock(file, () => Promise.resolve(readFileSync(file, "utf8")));
    expect(JSON.parse(result)).toMatchObject({ pid: process.pid, host: hostname() });
    expect(existsSync(file)).toBe(false);
    await expect(withSetupLock(file, () => Promise.reject(new Error("work failed")))).rejects.toThrow(
      "work failed",
    );
    expect(existsSync(file)).toBe(false);
  });

  it("takes over the lock of a process that died", async () => {
    const file = join(temporaryFolder(), "lock");
    writeFileSync(file, String(await deadProcessId()));
    expect(await withSetupLock(file, () => Promise.resolve("done"))).toBe("done");
  });

  it("takes over a lock nobody has touched for too long, though the process number lives", async () => {
    const file = join(temporaryFolder(), "lock");
    writeFileSync(file, String(process.ppid));
    utimesSync(file, new Date(0), new Date(0));
    expect(await withSetupLock(file, () => Promise.resolve("done"))).toBe("done");
  });

  it("does not look up another machine's process here: its lock stands while it is touched (issue 20, 6)", async () => {
    const file = join(temporaryFolder(), "lock");
    const other = { host: "node7", pid: await deadProcessId(), at: "2026-11-27T08:00:00.000Z" };
    // Its clock may be wrong by any amount.
    const write = (): void => {
      writeFileSync(file, JSON.stringify(other));
      utimesSync(file, new Date(0), new Date(0));
    };
    write();
    let touches = 0;
    const beat = setInterval(() => utimesSync(file, new Date(0), new Date(1000 * ++touches)), 50);
    const waited: unknown[] = [];
    const done = withSetupLock(file, () => Promise.resolve("done"), {
      staleAfterMs: 1_500,
      host: "node3",
      onWait: (holder) => waited.push(holder),
    });
    const first = await Promise.race([
      done,
      new Promise((resolve) => setTimeout(() => resolve("waits"), 2_500)),
    ]);
    clearInterval(beat);
    expect(first).toBe("waits");
    expect(waited).toEqual([other]);
    // Untouched for long enough it was left by a crash.
    expect(await done).toBe("done");
  });

  it("says whom it waits for, and lets processes take turns", async () => {
    const folder = temporaryFolder();
    const [file, log] = [join(folder, "lock"), join(folder, "log")];
    const program = `
      import { appendFileSync } from "node:fs";
      import { withSetupLock } from ${JSON.stringify(lockModule)};
      await withSetupLock(${JSON.stringify(file)}, async () => {
        appendFileSync(${JSON.stringify(log)}, "in ");
        await new Promise((resolve) => setTimeout(resolve, 100));
        appendFileSync(${JSON.stringify(log)}, "out ");
      });`;
    const waited: number[] = [];
    const children = await withSetupLock(file, () =>
      Promise.resolve([1, 2, 3].map(() => spawn(process.execPath, ["--input-type=module", "-e", program]))),
    );
    await withSetupLock(file, () => Promise.resolve(), { onWait: ({ pid }) => waited.push(pid) });
    await Promise.all(
      children.filter((child) => child.exitCode === null).map((child) => once(child, "exit")),
    );
    expect(readFileSync(log, "utf8")).toBe("in out in out in out ");
    for (const pid of waited) expect(children.map((child) => child.pid)).toContain(pid);
  });
});
