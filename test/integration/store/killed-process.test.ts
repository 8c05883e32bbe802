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

/** Starts a process that writes to the database without end. */
async function startWriter(path: string) {
  const child = spawn(process.execPath, [`${outDir}/killed-writer.mjs`, path], {
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
    runId: String(said[0]).trim(),
    pid: child.pid,
    async kill(): Promise<void> {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Killed this often in all; each time the whole file is checked. */
const KILLS = 200;
/** A new database after so many: its check takes longer with every run in it. */
const KILLS_PER_FILE = 20;

test(`fault 1: openStore() recovers what ${KILLS} killed processes wrote, and marks their runs interrupted`, async () => {
  const stream = randomStream(20_261_123);
  let recovered = 0;
  for (let file = 0; file < KILLS / KILLS_PER_FILE; file++) {
    const path = folder.file(`${file}.sqlite`);
    const runIds: string[] = [];
    for (let kill = 0; kill < KILLS_PER_FILE; kill++) {
      const writer = await startWriter(path);
      runIds.push(writer.runId);
      await delay(Math.floor(stream.next() * 40));
      await writer.kill();
      expect(existsSync(`${path}-wal`)).toBe(true);
      const store = folder.open(path);
      expect(store.notices).toStrictEqual([]);
      expect(store.info()).toMatchObject({ integrity: "ok", readOnly: false, runs: runIds.length });
      const { run, cells, timings, events } = store.getRun(writer.runId);
      expect(events.map(({ kind }) => kind)).toStrictEqual(["interrupted"]);
      const metrics = store.getMetrics(writer.runId);
      expect(run.status).toBe("interrupted");
      expect(cells.length).toBeGreaterThanOrEqual(6);
      expect(timings).toHaveLength(cells.length * 2);
      expect([cells.length * 50, (cells.length - 1) * 50]).toContain(metrics.length);
      expect(metrics.map((point) => point.step)).toStrictEqual(metrics.map((_, i) => i));
      store.close();
      recovered++;
    }
    const db = connect(path, { nativeBinding, readOnly: true });
    expect(findDamage(db)).toStrictEqual([]);
    db.close();
    const store = folder.open(path);
    expect(store.listRuns().map(({ status }) => status)).toStrictEqual(runIds.map(() => "interrupted"));
    store.close();
  }
  expect(recovered).toBe(KILLS);
}, 900_000);

test("fault 13: openStore() is read-only while another process writes, and follows what it writes", async () => {
  const path = folder.file();
  const writer = await startWriter(path);
  try {
    const store = folder.open(path);
    expect(store.readOnly).toBe(true);
    expect(store.readOnlyReason).toContain(`in use by process ${writer.pid}`);
    expect(store.listRuns().map((run) => run.status)).toStrictEqual(["running"]);
    expect(store.getRun(writer.runId).cells.length).toBeGreaterThanOrEqual(6);
    store.close();
  } finally {
    await writer.kill();
  }
  expect(folder.open(path).readOnly).toBe(false);
});

test("openStore() lets exactly one of several processes write that start together", async () => {
  const path = folder.file();
  folder.open(path).close();
  const writers = await Promise.all(Array.from({ length: 4 }, () => startWriter(path)));
  await Promise.all(writers.map((writer) => writer.kill()));
  const said = writers.map((writer) => writer.runId);
  expect(said.filter((line) => line === "read-only")).toHaveLength(3);
  expect(folder.open(path).listRuns()).toHaveLength(1);
});
