import * as v from "valibot";
import type { Network } from "../../../core/network/network.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import { measuredNumberSchema as measured } from "../../../shared/runs/run-records.ts";

/** What the thread of TensorFlow.js gets when it starts. */
export interface TfjsWorkerData {
  readonly memory: WebAssembly.Memory;
}

/** A matrix product, which the ladder times. */
export type TfjsProductRequest =
  | { readonly command: "prepare"; readonly a: Tensor; readonly b: Tensor }
  /** Computes once and copies the product into `out`. */
  | { readonly command: "first"; readonly out: Tensor }
  | { readonly command: "sample"; readonly calls: number; readonly samples: number };

/** A network on arena tensors, to be computed by TensorFlow.js on a thread of its own; its dropout masks are fixed. */
export interface TfjsNetworkRequest {
  readonly network: Network;
  readonly x: Tensor;
  readonly y: Tensor;
  /** w1, b1, … */
  readonly parameters: Readonly<Record<string, Tensor>>;
  /** Where the gradients go: x, w1, b1, …, float32. */
  readonly gradients: Readonly<Record<string, Tensor>>;
  /** Calls before the samples that are not counted, then timed calls; 0 samples compute once. */
  readonly warmupCalls: number;
  readonly samples: number;
}

/** One at a time; each has one answer. The first is `start`, which reads its WebAssembly. */
export type TfjsRequest =
  | { readonly command: "start" }
  | TfjsProductRequest
  | { readonly command: "network"; readonly request: TfjsNetworkRequest };

/** How far a request is, 0 to 1; comes any number of times before its answer. */
export const tfjsProgressSchema = v.object({ progress: v.number() });
export type TfjsProgress = v.InferOutput<typeof tfjsProgressSchema>;

/** Why there is no answer; any request can have this one. */
export const tfjsFailureSchema = v.object({ error: v.string() });

/** Milliseconds a call; none after `start` and `prepare`. */
export const tfjsProductAnswerSchema = v.object({ samplesMs: v.array(v.number()) });

export const tfjsNetworkAnswerSchema = v.object({
  loss: measured,
  /** Milliseconds a call, forward alone. */
  forwardMs: v.array(v.number()),
  /** Milliseconds a call, forward and backward, which TensorFlow.js does in one. */
  bothMs: v.array(v.number()),
  /** Processor time of the process, a call; NaN without samples. */
  forwardCpuMs: measured,
  bothCpuMs: measured,
  /** Largest number of bytes that its tensors took at a time, without data and weights; NaN without samples. */
  peakBytes: measured,
  /** Kernels that forward and backward ran; NaN without samples. */
  kernels: measured,
  /** Tensors that are left when all is disposed of: 0 unless something leaks. */
  tensorsLeft: v.number(),
});
export type TfjsNetworkAnswer = v.InferOutput<typeof tfjsNetworkAnswerSchema>;

export type TfjsAnswer = v.InferOutput<typeof tfjsProductAnswerSchema> | TfjsNetworkAnswer;
