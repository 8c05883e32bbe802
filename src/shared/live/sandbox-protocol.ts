import type { Closeness, Tolerance } from "../../core/closeness.ts";
import type { Op } from "../../core/ops/op.ts";
import type { BufferTensor } from "../../core/tensor/lower/lowered.ts";
import type { CheckReport } from "../../core/tensor/check/check-types.ts";
import type { CheckQuestion } from "../engine/worker-tasks.ts";
import type { CellOutput } from "./cell-output.ts";
import type { CellError } from "./cell-result.ts";
import type { LiveVariable } from "./live-session.ts";
import type { CellSource, CheckSource } from "./live-settings.ts";

/** What the sandbox's thread gets when it starts. */
export interface SandboxData {
  /** SANDBOX_CONTROL, shared with main. */
  readonly control: Int32Array;
  readonly seed: number;
  readonly threads: number;
  /** The compiled interpreter. */
  readonly interpreter: WebAssembly.Module;
}

/** Words of the shared control block. */
export const SANDBOX_CONTROL = {
  /** Answers given so far; the sandbox sleeps until it changes. */
  answers: 0,
  /** Not 0: the running cell is to end. */
  stop: 1,
} as const;
export const SANDBOX_CONTROL_WORDS = 2;

/** Computes: first buffers go, then new ones come and are filled, then the program runs, then values are read. */
export interface RunRequest {
  readonly kind: "run";
  readonly frees: readonly number[];
  readonly buffers: readonly {
    readonly tensor: BufferTensor;
    /** Freed as soon as the program has run and its values are read. */
    readonly temporary: boolean;
  }[];
  readonly uploads: readonly { readonly tensor: BufferTensor; readonly values: Float32Array }[];
  readonly ops: readonly Op<BufferTensor>[];
  readonly reads: readonly BufferTensor[];
  /** Runs it so many times more after the first and times each; null to run it once. */
  readonly samples: number | null;
}
export interface RunAnswer {
  readonly values: readonly (Float32Array | Float64Array)[];
  readonly samplesMs: readonly number[];
}

/** Puts a part of a data set into a new buffer. */
export interface DatasetRequest {
  readonly kind: "dataset";
  readonly name: string;
  readonly part: string;
  readonly buffer: number;
}
export interface DatasetAnswer {
  readonly shape: readonly number[];
}

/** Compares two tensors of one shape element by element: |a − b| ≤ atol + rtol · |b|. */
export interface CompareRequest {
  readonly kind: "compare";
  readonly a: BufferTensor;
  readonly b: BufferTensor;
  readonly tolerance: Tolerance;
}
/** Judges gradients that a cell set by hand. */
export interface CheckRequest {
  readonly kind: "check";
  readonly question: CheckQuestion<BufferTensor>;
}

/** Reads the lab's saved runs; the answer is JSON. */
export interface RunsRequest {
  readonly kind: "runs";
  readonly query: string;
}
/** Reads a metric of a saved run: all steps, then all values. */
export interface CurveRequest {
  readonly kind: "curve";
  readonly runId: string;
  readonly name: string;
}

/** Something is timed from here on, or was until here. */
export interface TimingRequest {
  readonly kind: "timing";
  readonly at: "begin" | "end";
}
/** What makes the times untrustworthy, once they are taken. */
export interface TimingAnswer {
  readonly warnings: readonly string[];
}

/** What the sandbox may ask of main, and what it is answered. */
export interface SandboxRequests {
  readonly run: { readonly request: RunRequest; readonly answer: RunAnswer };
  readonly dataset: { readonly request: DatasetRequest; readonly answer: DatasetAnswer };
  readonly compare: { readonly request: CompareRequest; readonly answer: Closeness };
  readonly runs: { readonly request: RunsRequest; readonly answer: string };
  readonly curve: { readonly request: CurveRequest; readonly answer: Float64Array };
  readonly timing: { readonly request: TimingRequest; readonly answer: TimingAnswer };
  readonly check: { readonly request: CheckRequest; readonly answer: CheckReport };
}
export type SandboxRequest = SandboxRequests[keyof SandboxRequests]["request"];

/** Why main did not do what it was asked to. */
export type RefusalReason = "stopped" | "memory" | "data" | "engine";

/** What main sends. */
export type ToSandbox =
  | { readonly kind: "cell"; readonly cell: CellSource }
  | { readonly kind: "lessonCheck"; readonly check: CheckSource }
  | {
      readonly kind: "answer";
      readonly answer: unknown;
      readonly refusal: { readonly reason: RefusalReason; readonly message: string } | null;
      /** What the arena could still give. */
      readonly leftBytes: number;
    };

/** How a cell ended, as far as the sandbox knows. */
export interface CellEnd {
  readonly error: CellError | null;
  readonly operations: number;
  readonly flushes: number;
  readonly tensors: number;
  readonly tensorBytes: number;
  readonly left: LeftVariables;
}

/** The variables after a cell. */
export interface LeftVariables {
  /** Null where they could not be looked at in time: those of before hold. */
  readonly variables: readonly Omit<LiveVariable, "cell">[] | null;
  /** What was there before and is not what it was: `w`, or `w.g` where its gradient was set. */
  readonly changes: readonly string[];
}

/** What the sandbox sends. */
export type FromSandbox =
  | { readonly kind: "ready" }
  | { readonly kind: "output"; readonly output: CellOutput }
  | { readonly kind: "request"; readonly request: SandboxRequest }
  | { readonly kind: "ended"; readonly end: CellEnd };
