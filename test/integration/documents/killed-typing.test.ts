import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomStream } from "../../../src/core/random/random-stream.ts";
import { readLabDocument } from "../../../src/shared/documents/read-lab-document.ts";
import { times } from "../../thorough.ts";
import { nativeBinding } from "../store/recorded-values.ts";
import { useStoreFolder } from "../store/store-folder.ts";
import { openLibrary } from "./open-library.ts";

const folder = useStoreFolder();
/** Inside the project, so that the bundle finds the packages it leaves out. */
const outDir = resolve(`.cache/typing-writer-${process.pid}`);

beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: "error",
    build: {
      ssr: fileURLToPath(new URL("./typing-writer.ts", import.meta.url)),
      outDir,
      target: "node20",
      rolldownOptions: { output: { entryFileNames: "typing-writer.mjs" } },
    },
  });
});

afterAll(() => rmSync(outDir, { recursive: true, force: true }));

const KILLS = times(10, 50);
const typedIn = (text: string): number => Number(/^\/\/ (\d+)$/m.exec(text)?.[1] ?? NaN);

/** Types until it is killed. @returns The last text that it said was kept. */
async function typeAndDie(path: string, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [`${outDir}/typing-writer.mjs`, path], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      ELECTRON_RUN_AS_NODE: "1",
      ...(nativeBinding === null ? {} : { BACKPROP_LAB_NATIVE_BINDING: nativeBinding }),
    },
  });
  let said = "";
  child.stdout.on("data", (bytes: Buffer) => {
    said += bytes.toString();
  });
  const closed = once(child, "close");
  await Promise.race([
    once(child.stdout, "data"),
    closed.then(() => Promise.reject(new Error("the writer ended before it was killed"))),
  ]);
  await delay(afterMs);
  child.kill("SIGKILL");
  await closed;
  return Number(said.slice(0, said.lastIndexOf("\n")).split("\n").at(-1));
}

test(`a process that types is killed ${KILLS} times: what it kept is there, and the file is whole`, async () => {
  const path = folder.file();
  const stream = randomStream(20_261_127);
  for (let kill = 0; kill < KILLS; kill++) {
    const kept = await typeAndDie(path, Math.floor(stream.next() * 60));
    const store = folder.open(path);
    const file = readdirSync(store.notebooksFolder).find((name) => name.endsWith(".lab.ts")) ?? "";
    const onDisk = readFileSync(join(store.notebooksFolder, file), "utf8");
    // Whole as it lies there, before the app has looked at it.
    expect(readLabDocument(file, onDisk).notices).toStrictEqual([]);
    expect(onDisk.endsWith("\n")).toBe(true);
    const { library } = openLibrary(store);
    const entry = (await library.list({ search: "" })).find(({ bundled }) => !bundled);
    const { text, unsaved } = await library.open({ id: entry?.id ?? "" });
    expect(unsaved).toBeNull();
    // It may have been killed between keeping a text and saying so.
    expect(typedIn(text) - kept).toBeOneOf([0, 1]);
    expect(readFileSync(join(store.notebooksFolder, file), "utf8")).toBe(text);
    await library.close();
    store.close();
  }
}, 600_000);
