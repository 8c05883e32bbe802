import { resolve } from "node:path";
import { randomStream } from "../../core/random/random-stream.ts";
import type { Machine, MetricPoint, RunKind, Timing } from "../../shared/runs/run-records.ts";
import { openStore } from "../store/open/open-store.ts";
import { SqliteStore } from "../store/sqlite-store.ts";

// A database of a person who has used the app for years, for measuring the store and for trying out the Runs view.
// Usage: make-store FILE [RUNS] [POINTS]

const [file = "", runsText = "5000", pointsText = "10000000"] = process.argv.slice(2);
const [runs, points] = [Number(runsText), Number(pointsText)];
/** The long trainings: compared with each other in the measurement. */
const LONG = { runs: Math.min(100, Math.floor(runs / 2)), losses: 50_000 };
const KINDS: readonly RunKind[] = [
  "training",
  "training",
  "training",
  "ladder",
  "gradcheck",
  "notebook",
  "init",
];
const OPTIMIZERS = ["sgd", "adam", "adamw", "rmsprop"] as const;
const SCHEDULES = ["constant", "cosine", "oneCycle", "step"] as const;
const TAGS = ["keep", "junk", "lesson", "baseline", "paper"] as const;

const MACHINE: Machine = {
  id: "bench-machine",
  hostname: "bench",
  os: "Linux 6.1 x64",
  cpuModel: "Some CPU @ 2.60GHz",
  cpuCores: 2,
  memoryBytes: 8_323_072_000,
  electron: "33.2.1",
  node: "20.18.1",
  v8: "13.0",
  chrome: "130.0",
  kernel: "wasm-relaxed256",
};

const stream = randomStream(7);
const pick = <T>(list: readonly T[]): T => list[Math.floor(stream.next() * list.length)] as T;

function losses(count: number): MetricPoint[] {
  const [from, rate] = [2.3 + stream.next(), 1e-4 + stream.next() * 1e-3];
  const every = Math.max(1, Math.floor(count / 20));
  return Array.from({ length: count }, (_, i): MetricPoint[] => {
    const at = { step: i + 1, epoch: Math.ceil((i + 1) / 782), wallMs: i * 0.4 };
    const loss = from * Math.exp(-rate * i) + 0.1 + 0.05 * stream.next() + (stream.next() > 0.9999 ? 3 : 0);
    return [
      { name: "loss", value: loss, ...at },
      ...(i % every === every - 1
        ? [
            { name: "validLoss", value: loss + 0.02, ...at },
            { name: "validAccuracy", value: 1 - loss / 10, ...at },
          ]
        : []),
    ];
  }).flat();
}

const timings = (count: number): Timing[] =>
  Array.from({ length: count }, (_, sample) => ({
    stage: pick(["functions", "layer classes", "Module"]),
    pass: pick(["forward", "backward"] as const),
    sample,
    ms: 20 + 5 * stream.next(),
    warmup: sample < 2,
    threads: 2,
    rows: 50_000,
  }));

const store = openStore({
  path: resolve(file),
  nativeBinding: process.env["BACKPROP_LAB_NATIVE_BINDING"] ?? null,
});
if (!(store instanceof SqliteStore)) throw new TypeError("expected a store on SQLite");
store.saveMachine(MACHINE);
const trainings = Math.floor((runs * 3) / KINDS.length);
const rest = Math.max(0, points - LONG.runs * (LONG.losses + 40));
const each = Math.max(10, Math.floor(rest / Math.max(1, trainings - LONG.runs)) - 40);
for (let i = 0; i < runs; i++) {
  const long = i >= runs - LONG.runs;
  const kind = long ? "training" : (KINDS[i % KINDS.length] ?? "training");
  const [optimizer, schedule, seed] = [pick(OPTIMIZERS), pick(SCHEDULES), i % 5];
  const lr = Number((10 ** (-4 + 3 * stream.next())).toPrecision(3));
  const startedAt = new Date(Date.UTC(2024, 0, 1) + i * 3 * 3_600_000).toISOString();
  const run = store.createRun({
    kind,
    name: `784-256-128-10, ${optimizer}, ${schedule}, lr ${lr}`,
    threads: 2,
    rows: 50_000,
    machineId: MACHINE.id,
    startedAt,
    config: {
      seed,
      optimizer,
      schedule,
      lr,
      batchSize: pick([32, 64, 128, 256]),
      data: "mnist",
      rows: 50_000,
      threads: 2,
    },
  });
  if (kind === "training") {
    // In batches, as a training writes them.
    const made = losses(long ? LONG.losses : each);
    for (let from = 0; from < made.length; from += 20_000)
      store.addMetrics(run.id, made.slice(from, from + 20_000));
  } else if (kind !== "ladder") store.addTimings(run.id, timings(40));
  store.finishRun(run.id, {
    status: stream.next() > 0.05 ? "finished" : "cancelled",
    summary: {
      finalValidLoss: stream.next(),
      validAccuracy: 0.9 + stream.next() / 10,
      seconds: 10 * stream.next(),
    },
    failure: null,
    finishedAt: new Date(Date.parse(startedAt) + 60_000 * (1 + stream.next())).toISOString(),
  });
  if (i % 3 === 0)
    store.changeRuns([run.id], { addTags: [pick(TAGS)], notes: i % 9 === 0 ? `A note on run ${i}` : "" });
  if (i % 500 === 499) process.stdout.write(`${i + 1} runs\n`);
}
const { sizeBytes } = store.info();
process.stdout.write(`${runs} runs, ${(sizeBytes / 1e6).toFixed(0)} MB\n`);
// Without the backup of a session's end: it is as large again.
store.tables.db.close();
process.exit(0);
