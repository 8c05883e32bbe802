import type { Op } from "../../../core/ops/op.ts";
import { RecordingOps, type Program, type Tensor } from "../../../core/ops/recording-ops.ts";
import { STATISTICS, STATISTICS_LENGTH } from "../../../core/ops/op.ts";
import type { Histogram, TensorStatistics } from "../../../shared/runs/run-records.ts";
import type { WorkerTask } from "../../../shared/engine/worker-tasks.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { Scope } from "../../engine/arena.ts";
import type { MetricRecord } from "../../engine/control-block.ts";
import type { BlockOptions, ProgramProfile } from "../../engine/engine-options.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Section } from "../../engine/plan.ts";
import { ExperimentCancelled } from "../activity/experiment-cancelled.ts";

/** Records a program whose new tensors live in `scope`. */
export function record(scope: Scope, build: (ops: RecordingOps) => void): Program {
  const ops = new RecordingOps((name, shape, dtype) => scope.tensor(name, shape, dtype));
  build(ops);
  return ops.program();
}

export interface ExecuteOptions {
  readonly threads: number;
  readonly onRecords?: (records: readonly MetricRecord[]) => void;
  readonly onProgress?: (repeatsDone: number) => void;
  readonly onProfile?: (profile: ProgramProfile) => void;
  readonly givesWay?: boolean;
}

/** Runs sections and gives all their records. @throws {ExperimentCancelled} @throws {TaskError} */
export async function execute(
  engine: Engine,
  sections: readonly Section[],
  options: ExecuteOptions,
): Promise<readonly MetricRecord[]> {
  const records: MetricRecord[] = [];
  const status = await engine.run(sections, {
    ...options,
    onRecords: (batch) => {
      records.push(...batch);
      options.onRecords?.(batch);
    },
  });
  if (status === "cancelled") throw new ExperimentCancelled("cancelled");
  return records;
}

/** Records and runs a program once, in a scope of its own: for results that are read at once. */
export async function executeOnce<T>(
  engine: Engine,
  threads: number,
  build: (ops: RecordingOps, scope: Scope) => () => T,
): Promise<T> {
  const scope = engine.arena.scope();
  try {
    let read: (() => T) | undefined;
    const program = record(scope, (ops) => {
      read = build(ops, scope);
    });
    await execute(engine, [{ program, repeats: 1 }], { threads });
    if (read === undefined) throw new TypeError("executeOnce: build gave nothing to read");
    return read();
  } finally {
    scope.release();
  }
}

/** Milliseconds between two marks, one value a repeat. */
export function elapsedBetween(records: readonly MetricRecord[], from: string, to: string): number[] {
  const begins = records.filter(({ name }) => name === from);
  const ends = records.filter(({ name }) => name === to);
  return begins.map((begin, repeat) => (ends[repeat]?.clockMs ?? NaN) - begin.clockMs);
}

const markProgram = (name: string): Program => ({ ops: [{ op: "mark", name }] });
const BEGIN = markProgram("begin");
const END = markProgram("end");

/** How loops of a program are timed. */
export interface LoopOptions {
  readonly threads: number;
  readonly calls: number;
  readonly samples: number;
  /** Calls before the first loop that are not counted. */
  readonly warmupCalls: number;
  /** See `Section`. */
  readonly structure?: string;
}

/**
 * Times loops of a program in one dispatch, by a worker between barriers around each loop.
 *
 * @returns milliseconds a call, one value a loop. @throws {ExperimentCancelled} @throws {TaskError}
 */
export async function timeLoops(engine: Engine, program: Program, options: LoopOptions): Promise<number[]> {
  const { threads, calls, samples, warmupCalls, structure } = options;
  const body = structure === undefined ? { program } : { program, structure };
  const timed: readonly Section[] = [
    { program: BEGIN, repeats: 1 },
    { ...body, repeats: calls },
    { program: END, repeats: 1 },
  ];
  const warmup = warmupCalls === 0 ? [] : [{ ...body, repeats: warmupCalls }];
  const sections = [...warmup, ...Array.from({ length: samples }, () => timed).flat()];
  const records = await execute(engine, sections, { threads });
  return elapsedBetween(records, "begin", "end").map((ms) => ms / calls);
}

/** Runs tasks on the workers and gives their answers in order. @throws {ExperimentCancelled} @throws {TaskError} */
export async function runTasks<Answer>(
  engine: Engine,
  tasks: readonly ((worker: number) => WorkerTask)[],
  options: BlockOptions,
): Promise<readonly Answer[]> {
  const answers = await engine.runBlocks(tasks, options);
  if (answers === null) throw new ExperimentCancelled("cancelled");
  // Each kind of task has one kind of answer, which its caller names.
  return answers as readonly Answer[];
}

/** Runs one task on one worker and gives its answer. @throws {ExperimentCancelled} @throws {TaskError} */
export async function runOnWorker<Answer>(
  engine: Engine,
  task: (worker: number) => WorkerTask,
): Promise<Answer> {
  const [answer] = await runTasks<Answer>(engine, [task], { threads: 1 });
  if (answer === undefined) throw new TypeError("runOnWorker: the worker gave no answer");
  return answer;
}

/** Reads a statistics tensor. */
export function statisticsAt(
  engine: Engine,
  tensor: Tensor,
  label: string,
): TensorStatistics & { norm: number } {
  const values = viewOf(engine.arena.memory, tensor, "float64");
  const at = (index: number): number => values[index] ?? NaN;
  return {
    label,
    mean: at(STATISTICS.mean),
    std: at(STATISTICS.std),
    min: at(STATISTICS.min),
    max: at(STATISTICS.max),
    zeroShare: at(STATISTICS.zeros) / at(STATISTICS.count),
    norm: Math.sqrt(at(STATISTICS.sumSquares)),
  };
}

/** Adds a statistics op and gives the tensor that will hold its result. */
export function recordStatistics(ops: RecordingOps, x: Tensor): Tensor {
  const out = ops.tensor(`statistics of ${x.name}`, [STATISTICS_LENGTH], "float64");
  ops.run({ op: "statistics", x, out } satisfies Op<Tensor>);
  return out;
}

const HISTOGRAM_BINS = 60;

/** Adds a histogram op and gives the function that reads its result. */
export function recordHistogram(
  engine: Engine,
  ops: RecordingOps,
  x: Tensor,
  range: { readonly label: string; readonly lo: number; readonly hi: number },
): () => Histogram {
  const out = ops.tensor(`histogram of ${x.name}`, [HISTOGRAM_BINS], "float64");
  ops.run({ op: "histogram", x, out, lo: range.lo, hi: range.hi });
  return () => ({ ...range, counts: Array.from(viewOf(engine.arena.memory, out, "float64")) });
}
