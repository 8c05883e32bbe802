import * as v from "valibot";
import type { Tensor } from "../../../../core/ops/recording-ops.ts";

/** What the thread of TensorFlow.js gets when it starts. */
export interface TfjsWorkerData {
  readonly memory: WebAssembly.Memory;
}

/** One at a time; each has one answer. */
export type TfjsRequest =
  | { readonly command: "prepare"; readonly a: Tensor; readonly b: Tensor }
  /** Computes once and copies the product into `out`. */
  | { readonly command: "first"; readonly out: Tensor }
  | { readonly command: "sample"; readonly calls: number; readonly samples: number };

/** Milliseconds a call; none after `prepare`. */
export const tfjsAnswerSchema = v.union([
  v.object({ samplesMs: v.array(v.number()) }),
  v.object({ error: v.string() }),
]);
export type TfjsAnswer = v.InferOutput<typeof tfjsAnswerSchema>;
