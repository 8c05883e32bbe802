import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomStream } from "../../../src/core/random/random-stream.ts";
import { connect } from "../../../src/main/store/open/database.ts";
import { findDamage } from "../../../src/main/store/thread/maintenance.ts";
import { times } from "../../thorough.ts";
import { nativeBinding } from "./recorded-values.ts";
import { useStoreFolder } from "./store-folder.ts";

const folder = useStoreFolder();
/** Inside the project, so that the bundle finds the packages it leaves out. */
const outDir = resolve(`.cache/killed-writer-${process.pid}`);

beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: "error",
    build: {
      ssr: fileURLToPath(new URL("./killed-writer.ts", import.meta.url)),
      outDir,
      target: "node20",
      rolldownOptions: { output: { entryFileNames: "killed-writer.mjs" } },
    },
  });
});

afterAll(() => rmSync(outDir, { recursive: true, force: true }));

/** Starts a process that writes to the databases without end, each from a thread of its own. */
async function startWriters(...paths: readonly string[]) {
  const child = spawn(process.execPath, [`${outDir}/killed-writer.mjs`, ...paths], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      ELECTRON_RUN_AS_NODE: "1",
      ...(nativeBinding === null ? {} : { BACKPROP_LAB_NATIVE_BINDING: nativeBinding }),
    },
  });
  const exited = once(child, "close");
  const said: readonly unknown[] = await Promise.race([
    once(child.stdout, "data"),
    exited.then(() => Promise.reject(new Error("the writer ended before it was killed"))),
  ]);
  return {
    runIds: String(said[0]).trim().split(" "),
    pid: child.pid,
    async kill(): Promise<void> {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Databases that a process is writing to when it is killed, each somewhere else in its work. */
const WRITERS = 4;
/** In all this many writers are killed; each time the whole file is checked. */
const KILLED = times(20, 100);
/** New databases after so many kills: their check takes longer with every run in them. */
const KILLS_PER_FILE = times(5, 25);

test(`fault 1: openStore() recovers what ${KILLED} killed writers wrote, and marks their runs interrupted`, async () => {
  const stream = randomStream(20_261_123);
  let recovered = 0;
  for (let set = 0; set < KILLED / WRITERS / KILLS_PER_FILE; set++) {
    const paths = Array.from({ length: WRITERS }, (_, n) => folder.file(`${set}-${n}.sqlite`));
    const runIds = new Map<string, string[]>(paths.map((path) => [path, []]));
    for (let kill = 0; kill < KILLS_PER_FILE; kill++) {
      const writers = await startWriters(...paths);
      await delay(Math.floor(stream.next() * 40));
      await writers.kill();
      for (const [n, path] of paths.entries()) {
        const [runId, ids] = [writers.runIds[n], runIds.get(path)!];
        ids.push(runId);
        expectRecovered(path, runId, ids.length);
        recovered++;
      }
    }
    for (const [path, ids] of runIds) {
      const db = connect(path, { nativeBinding, readOnly: true });
      expect(findDamage(db)).toStrictEqual([]);
      db.close();
      const store = folder.open(path);
      expect(store.listRuns().map(({ status }) => status)).toStrictEqual(ids.map(() => "interrupted"));
      store.close();
    }
  }
  expect(recovered).toBe(KILLED);
}, 900_000);

/** What a killed writer leaves: every batch of its run whole, the last one without its numbers or with them. */
function expectRecovered(path: string, runId: string, runs: number): void {
  expect(existsSync(`${path}-wal`)).toBe(true);
  const store = folder.open(path);
  expect(store.notices).toStrictEqual([]);
  expect(store.info()).toMatchObject({ integrity: "ok", readOnly: false, runs });
  const { run, cells, timings, events } = store.getRun(runId);
  expect(events.map(({ kind }) => kind)).toStrictEqual(["interrupted"]);
  const metrics = store.getMetrics(runId);
  expect(run.status).toBe("interrupted");
  expect(cells.length).toBeGreaterThanOrEqual(6);
  expect(timings).toHaveLength(cells.length * 2);
  expect([cells.length * 50, (cells.length - 1) * 50]).toContain(metrics.length);
  expect(metrics.map((point) => point.step)).toStrictEqual(metrics.map((_, i) => i));
  store.close();
}

test("fault 13: openStore() is read-only while another process writes, and follows what it writes", async () => {
  const path = folder.file();
  const writer = await startWriters(path);
  try {
    const store = folder.open(path);
    expect(store.readOnly).toBe(true);
    expect(store.readOnlyReason).toContain(`in use by process ${writer.pid}`);
    expect(store.listRuns().map((run) => run.status)).toStrictEqual(["running"]);
    expect(store.getRun(writer.runIds[0]).cells.length).toBeGreaterThanOrEqual(6);
    store.close();
  } finally {
    await writer.kill();
  }
  expect(folder.open(path).readOnly).toBe(false);
});

test("openStore() lets exactly one of several processes write that start together", async () => {
  const path = folder.file();
  folder.open(path).close();
  const writers = await Promise.all(Array.from({ length: 4 }, () => startWriters(path)));
  await Promise.all(writers.map((writer) => writer.kill()));
  const said = writers.flatMap((writer) => writer.runIds);
  expect(said.filter((line) => line === "read-only")).toHaveLength(3);
  expect(folder.open(path).listRuns()).toHaveLength(1);
});
