import type { Tolerance } from "../../core/closeness.ts";
import type { Op } from "../../core/ops/op.ts";
import type { Tensor } from "../../core/ops/recording-ops.ts";
import type { Phase } from "../../core/ops/phase.ts";
import type { Float64Program } from "../../core/tensor/float64/program.ts";
import type { SourceLine } from "../../core/tensor/tensor-node.ts";
import type { DetailedComparison, Excused } from "../../core/gradient-report.ts";
import type { Network } from "../../core/network/network.ts";
import type { Float32Arithmetic } from "../../core/reference/float32-arithmetic.ts";
import type { NetworkCoordinates } from "../../core/reference/network-differences.ts";
import type { InstructionSet } from "./instruction-sets.ts";
import type { KernelTiming } from "../experiments/tuning.ts";

/** What every worker gets when it starts. */
export interface WorkerData {
  /** The arena: tensors, scratch and the control block below, in one shared memory. */
  readonly memory: WebAssembly.Memory;
}

/** First byte after the control block and the ring: where the arena's allocator begins. */
export const ARENA_START_BYTES = 512 * 1024;

/** What the word `giveWay` asks of workers whose program gives way. */
export const GIVE_WAY = {
  no: 0,
  /** Wait: something is drawn. */
  wait: 1,
  /** Somebody types or scrolls: now and then leave the core for a moment, so that the next key finds one at once. */
  nap: 2,
} as const;

/**
 * Words of the control block, an Int32Array at byte 0. Workers that compute read no messages, so everything they
 * must notice or report while they run is here.
 */
export const CONTROL = {
  /** 0 run on, else one of ABORT. */
  abort: 0,
  /** Workers that have reached the barrier. */
  arrived: 1,
  /** Counts barriers passed; workers wait for it to change. */
  generation: 2,
  /** Repeats finished, for progress. */
  repeatsDone: 3,
  /** Records written to and read from the ring; both only grow (modulo 2³²). */
  ringWritten: 4,
  ringRead: 5,
  /** 1 while workers of programs that give way wait for the window to draw. */
  giveWay: 6,
  /** One word a worker from here on, bumped at every block of work. */
  heartbeats: 16,
  /** One word a worker from here on: the system's number of the thread that runs its task, 0 for none or not known. */
  threadIds: 256,
} as const;

export const CONTROL_WORDS = 256 + 240;

export const ABORT = { cancelled: 1, failed: 2 } as const;

/** The ring of metrics after the control block: records of RING_FIELDS float64. */
export const RING = { offsetBytes: 4096, capacity: 8192, fields: 4 } as const;

/** Fields of a ring record. */
export const RING_FIELD = { name: 0, step: 1, value: 2, clockMs: 3 } as const;

/** One phase of an op, placed. */
export interface PlannedStep {
  readonly op: Op<Tensor>;
  readonly phase: Phase<Tensor>["name"];
  /** Scratch of the op's partial results: worker w's at offset + w · stride. */
  readonly partialOffsetBytes: number;
  readonly partialStrideBytes: number;
  /** Workers that leave a partial result for `reduce`. */
  readonly partialThreads: number;
  /** Where the step's part of a worker's private scratch begins. */
  readonly scratchOffsetBytes: number;
  /** Index into the plan's names for `record` and `mark`, else −1. */
  readonly nameIndex: number;
}

/** Steps over the same items that a worker carries out together, one block of its items after another. */
export interface PlannedGroup {
  readonly steps: readonly PlannedStep[];
  readonly items: number;
  /** Workers 0 … threads − 1 share the items; the others pass. */
  readonly threads: number;
  /** Items of a block: few enough for the second-level cache, so that each step finds what the last one left there. */
  readonly blockItems: number;
  /** Whether everybody must arrive first. */
  readonly barrier: boolean;
}

/** Groups to run `repeats` times. */
export interface PlannedSection {
  readonly groups: readonly PlannedGroup[];
  readonly repeats: number;
  /** Other groups in place of these at every `every`-th repeat from `first` on, or null. */
  readonly alternate: {
    readonly groups: readonly PlannedGroup[];
    readonly first: number;
    readonly every: number;
  } | null;
}

/** Runs sections in order, with all workers in step. */
export interface ProgramTask {
  readonly kind: "program";
  /** Null: those that were sent under `keptAs`; a thread that does not hold them answers UNKNOWN_PROGRAM. */
  readonly sections: readonly PlannedSection[] | null;
  /** Number under which a thread keeps the compiled program; null for one that is not run again. */
  readonly keptAs: number | null;
  readonly worker: number;
  readonly threads: number;
  /** Which kernels to use; the same on all workers, so that results do not depend on who computed them. */
  readonly instructionSet: InstructionSet;
  /** Second-level cache that a worker's blocks may count on. */
  readonly cacheBytes: number;
  /** This worker's private scratch. */
  readonly scratchOffsetBytes: number;
  /** Whether to answer with where the time went. */
  readonly profiled: boolean;
  /** Whether it waits while somebody's key is being drawn. */
  readonly givesWay: boolean;
}

/** Programs that are called by their numbers; those of a training that takes its statistics every ten steps fit. */
export const MOST_KEPT_PROGRAMS = 8;

export const UNKNOWN_PROGRAM = "unknown program";

/** Where a worker's time went in one group of a section's steps: medians over the repeats. */
export interface GroupTime {
  /** At the barrier before it. */
  readonly waitMs: number;
  /** In each of its steps, in order. */
  readonly stepMs: readonly number[];
}

/** A worker's answer to a profiled program: by section, then by group. */
export type ProgramTimes = readonly (readonly GroupTime[])[];

/** Rows [begin, end) of the data, in a loss averaged over `meanOver` rows. */
export interface RowBlock {
  readonly begin: number;
  readonly end: number;
  readonly meanOver: number;
}

/** A network with its float32 parameters by name, and the rows of its data. */
export interface NetworkModel {
  readonly network: Network;
  readonly parameters: Readonly<Record<string, Tensor>>;
  readonly x: Tensor;
  readonly y: Tensor;
}

/** Whose float32 is analysed, and where it is written by how much x.g may differ: float32, as large as x. */
export interface RoundingPlaces {
  readonly arithmetic: Float32Arithmetic;
  readonly xRounding: Tensor;
  readonly xKinks: Tensor;
}

/** Float64 loss and gradients of one block of rows of any network, by the independent reference. */
export interface NetworkGradientsTask {
  readonly kind: "networkGradients";
  /** Whose heartbeat this task bumps. */
  readonly worker: number;
  readonly model: NetworkModel;
  /** Float64; the block's rows are written. */
  readonly dx: Tensor;
  readonly block: RowBlock;
  readonly rounding: RoundingPlaces | null;
}

/** Central differences of any network at the given coordinates, over one block of rows. */
export interface NetworkDifferencesTask {
  readonly kind: "networkDifferences";
  readonly worker: number;
  readonly model: NetworkModel;
  readonly block: RowBlock;
  readonly coordinates: NetworkCoordinates;
  /** Step over max(1, |value|). */
  readonly step: number;
}

/** The change of the loss of one block of rows along drawn directions. */
export interface DirectionsTask {
  readonly kind: "directions";
  readonly worker: number;
  readonly model: NetworkModel;
  readonly block: RowBlock;
  readonly directions: readonly Direction[];
  /** Float32, by tensor: what is multiplied with the directions. */
  readonly gradients: Readonly<Record<string, Tensor>>;
}

/** A tensor that moves by ± step along a drawn direction. */
export interface Direction {
  readonly tensor: string;
  readonly step: number;
  readonly seed: number;
  readonly stream: number;
  /** Kink allowances of the tensor (float32): where they are not 0 the direction does not move; null for all. */
  readonly beside: Tensor | null;
}

/** Of one direction: what this block adds to the central difference, and to gradient · direction. */
export interface DirectionAnswer {
  readonly difference: number;
  readonly dot: number;
}

/** Central differences of one block of rows with the whole loss computed on both sides of each place. */
export interface FullDifferencesTask {
  readonly kind: "fullDifferences";
  readonly worker: number;
  readonly model: NetworkModel;
  readonly block: RowBlock;
  readonly places: readonly { readonly tensor: string; readonly coordinate: number }[];
  /** Over max(1, |value|). */
  readonly step: number;
}

/** Of one place: the block's share, and what float64 may have rounded of it. */
export interface FullDifferenceAnswer {
  readonly difference: number;
  readonly noise: number;
}

/** Compares a whole float32 gradient with a reference, with everything a report shows. */
export interface GradientReportTask {
  readonly kind: "gradientReport";
  readonly worker: number;
  readonly ours: Tensor;
  /** Float32 or float64; where it is uncertain it is moved towards ours. */
  readonly reference: Tensor;
  /** Float32, as large as ours: by how much right values may differ. */
  readonly allowances: { readonly rounding: Tensor; readonly kinks: Tensor };
}

/** What a worker answers about one gradient. */
export type GradientReportAnswer = DetailedComparison & {
  /** Mean |ours − reference| over patches of a matrix; null for vectors. */
  readonly heatMap: { rows: number; columns: number; values: number[] } | null;
  readonly excused: Excused;
};

/** Compares elements [begin, end) of a float32 tensor with a float64 one, or with another float32 one. */
export interface CompareTask {
  readonly kind: "compare";
  /** Whose heartbeat this task bumps. */
  readonly worker: number;
  readonly ours: Tensor;
  readonly reference: Tensor;
  readonly begin: number;
  readonly end: number;
  /** Coordinates where the reference itself is uncertain, by flat index, within the task's range. */
  readonly allowances: ReadonlyMap<number, number>;
}

/** Says how close elements [begin, end) of two float32 tensors of one shape are. */
export interface ClosenessTask {
  readonly kind: "closeness";
  /** Whose heartbeat this task bumps. */
  readonly worker: number;
  readonly a: Tensor;
  readonly b: Tensor;
  readonly tolerance: Tolerance;
  readonly begin: number;
  readonly end: number;
}

/** What a check of hand-written gradients needs, with its tensors named in `T`. */
export interface CheckQuestion<T> {
  /** The forward pass; its last step is the loss. */
  readonly program: Float64Program;
  readonly leaves: readonly { readonly step: number; readonly tensor: T }[];
  /** Steps whose float32 values decide comparisons and maxima. */
  readonly decisions: readonly { readonly step: number; readonly tensor: T }[];
  /** Gradients in the order in which they were set. */
  readonly given: readonly {
    readonly step: number;
    readonly tensor: T;
    readonly shape: readonly number[];
    readonly line: SourceLine | null;
  }[];
  readonly wanted: readonly { readonly step: number; readonly name: string }[];
  readonly seed: number;
  /** Coordinates of a tensor at which central differences prove the reference; Infinity for all. */
  readonly differences: number;
}

/** Judges gradients that a person computed by hand against float64. */
export interface TensorCheckTask {
  readonly kind: "tensorCheck";
  /** To judge the gradients, or to prove the reference by a share of the central differences. */
  readonly part: "judge" | { readonly share: number; readonly shares: number };
  /** Whose heartbeat this task bumps. */
  readonly worker: number;
  readonly question: CheckQuestion<Tensor>;
}

/** Times one rung of the matmul ladder on one worker; `out` holds the last call's product. */
export interface RungTask {
  readonly kind: "rung";
  /** Whose heartbeat this task bumps. */
  readonly worker: number;
  readonly rung: string;
  readonly a: Tensor;
  readonly b: Tensor;
  readonly out: Tensor;
  /** Calls before the first sample that are not counted. */
  readonly warmupCalls: number;
  /** A sample is the mean of so many calls. */
  readonly callsPerSample: number;
  readonly samples: number;
  /** A call that would take longer than this is given up when that is clear. */
  readonly limitMs: number;
}

export interface RungAnswer {
  /** Milliseconds a call. */
  readonly samplesMs: readonly number[];
  /** About how long the call would have taken that was given up; null when none was. */
  readonly givenUpMs: number | null;
}

/** Fills a float32 tensor from a normal distribution. */
export interface FillTask {
  readonly kind: "fill";
  /** Whose heartbeat this task bumps. */
  readonly worker: number;
  readonly tensor: Tensor;
  readonly seed: number;
  /** Which of the seed's streams. */
  readonly stream: number;
  readonly std: number;
}

/** Copies memory of the worker's own, to see how fast that goes. */
export interface BandwidthTask {
  readonly kind: "bandwidth";
  /** Whose heartbeat this task bumps. */
  readonly worker: number;
  readonly copyBytes: number;
}

export interface BandwidthAnswer {
  /** Bytes read and written a second, in the fastest copy. */
  readonly bytesPerSecond: number;
}

/** Tests and times all kernels on one worker, and measures the CPU's multiply-add peak. */
export interface TuneTask {
  readonly kind: "tune";
  /** TUNING_BYTES of the arena. */
  readonly scratchOffsetBytes: number;
  /** Caches that blocks are timed for. */
  readonly cacheBytes: readonly number[];
}

/** One set of kernels as timed in turns with the others. */
export interface TimedKernels extends KernelTiming {
  /** GFLOP/s of each round, the same round at about the same time for all; empty for one that failed. */
  readonly rounds: readonly number[];
}

export interface TuneAnswer {
  readonly kernels: readonly TimedKernels[];
  /** Of one thread; null when no module could measure it. */
  readonly peakGflops: number | null;
  /** A large product in blocks for each of the task's caches, by the fastest kernels that were right. */
  readonly blocks: readonly TimedBlocks[];
}

/** Blocks as timed in turns with those for other caches. */
export interface TimedBlocks {
  readonly cacheBytes: number;
  /** GFLOP/s of one thread, round by round. */
  readonly rounds: readonly number[];
}

/** What two workers compile and test at the same time: products of matrices, and all other functions. */
export const VERIFIED_HALVES = ["products", "primitives"] as const;
export type VerifiedHalf = (typeof VERIFIED_HALVES)[number];

/** Tests half of a set of kernels on one worker, which answers with what is wrong or null. */
export interface VerifyTask {
  readonly kind: "verify";
  readonly instructionSet: InstructionSet;
  readonly half: VerifiedHalf;
  /** VERIFICATION_BYTES of the arena. */
  readonly scratchOffsetBytes: number;
}

/** Start-up test of a worker: it loads its kernels. */
export interface PingTask {
  readonly kind: "ping";
}

export interface PingAnswer {
  /** Of the bytes of the kernels' modules. */
  readonly hash: string;
  /** The modules: V8 forgets what it has compiled of them when no thread holds them any more. */
  readonly modules: readonly unknown[];
}

export type WorkerTask =
  | ProgramTask
  | CompareTask
  | ClosenessTask
  | TensorCheckTask
  | NetworkGradientsTask
  | NetworkDifferencesTask
  | DirectionsTask
  | FullDifferencesTask
  | GradientReportTask
  | RungTask
  | FillTask
  | BandwidthTask
  | TuneTask
  | VerifyTask
  | PingTask;
