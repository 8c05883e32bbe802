import { tensorOf } from "../../../../src/core/tensor/create.ts";
import { binary, clamp, unary } from "../../../../src/core/tensor/elementwise.ts";
import { gather } from "../../../../src/core/tensor/indexing.ts";
import { matmul } from "../../../../src/core/tensor/products.ts";
import { reduce, softmax } from "../../../../src/core/tensor/reductions.ts";
import type { Recorder, TensorNode } from "../../../../src/core/tensor/tensor-node.ts";
import { squeeze, transpose, unsqueeze } from "../../../../src/core/tensor/views.ts";
import { normal } from "../../../../src/core/random/normal.ts";
import { randomStream } from "../../../../src/core/random/random-stream.ts";
import { named, testRecorder } from "./recorder.ts";

/** A forward pass as a person writes it, and the tensors whose gradients he sets. */
export interface Example {
  readonly loss: TensorNode;
  readonly set: readonly TensorNode[];
}

function parameters(recorder: Recorder, seed: number) {
  let stream = 0;
  return (name: string, shape: readonly number[], scale = 1): TensorNode => {
    const count = shape.reduce((product, size) => product * size, 1);
    const values = Float32Array.from(normal(randomStream(seed, stream++), count), (value) => scale * value);
    return named(tensorOf(recorder, values, shape), name);
  };
}

/** The notebook's network: two layers, a relu moved by ½, mean squared error. */
export function notebookNetwork(seed = 1, rows = 24): Example {
  const r = testRecorder();
  const p = parameters(r, seed);
  const [x, y] = [p("x", [rows, 7]), p("y", [rows])];
  const [w1, b1, w2, b2] = [p("w1", [7, 5]), p("b1", [5], 0.3), p("w2", [5, 1]), p("b2", [1], 0.3)];
  const l1 = named(binary(r, "add", matmul(r, x, w1), b1), "l1");
  const l2 = named(binary(r, "sub", clamp(r, l1, { min: 0 }, "relu"), 0.5), "l2");
  const out = named(binary(r, "add", matmul(r, l2, w2), b2), "out");
  const difference = named(binary(r, "sub", squeeze(r, out, 1), y), "diff");
  const loss = reduce(r, "mean", binary(r, "pow", difference, 2));
  return { loss, set: [out, l2, w2, b2, l1, x, w1, b1] };
}

/** A classifier with tanh and log-sum-exp minus the label's logit. */
export function classifier(seed = 2, rows = 12): Example {
  const r = testRecorder();
  const p = parameters(r, seed);
  const x = p("x", [rows, 6]);
  const labels = named(
    tensorOf(
      r,
      Float32Array.from({ length: rows }, (_, i) => (i * 3) % 4),
      [rows],
    ),
    "labels",
  );
  const [w1, b1, w2] = [p("w1", [5, 6], 0.6), p("b1", [5], 0.3), p("w2", [5, 4])];
  const hidden = named(unary(r, "tanh", binary(r, "add", matmul(r, x, transpose(r, w1)), b1)), "hidden");
  const logits = named(matmul(r, hidden, w2), "logits");
  const picked = squeeze(r, gather(r, logits, 1, unsqueeze(r, labels, 1)), 1);
  const loss = reduce(r, "mean", binary(r, "sub", reduce(r, "logSumExp", logits, { dim: 1 }), picked));
  return { loss, set: [logits, w2, hidden, w1, b1] };
}

/** A layer norm written by hand, with gain and shift. */
export function layerNorm(seed = 3, rows = 10): Example {
  const r = testRecorder();
  const p = parameters(r, seed);
  const [x, gain, shift, target] = [
    p("x", [rows, 6]),
    p("gain", [6]),
    p("shift", [6]),
    p("target", [rows, 6]),
  ];
  const centred = named(binary(r, "sub", x, reduce(r, "mean", x, { dim: 1, keepdim: true })), "centred");
  const variance = reduce(r, "mean", binary(r, "pow", centred, 2), { dim: 1, keepdim: true });
  const root = unary(r, "sqrt", binary(r, "add", variance, 1e-5));
  const normed = named(binary(r, "div", centred, root), "normed");
  const out = named(binary(r, "add", binary(r, "mul", normed, gain), shift), "out");
  const loss = reduce(r, "mean", binary(r, "pow", binary(r, "sub", out, target), 2));
  return { loss, set: [out, normed, gain, shift, x] };
}

/** A residual block with a square matrix: h is used twice. */
export function residual(seed = 4, rows = 10): Example {
  const r = testRecorder();
  const p = parameters(r, seed);
  const [x, w1, wr, w2, y] = [
    p("x", [rows, 4]),
    p("w1", [4, 6]),
    p("wr", [6, 6], 0.4),
    p("w2", [6, 2]),
    p("y", [rows, 2]),
  ];
  const h = named(unary(r, "sigmoid", matmul(r, x, w1)), "h");
  const branch = named(matmul(r, h, wr), "branch");
  const sum = named(binary(r, "add", h, branch), "sum");
  const attention = named(softmax(r, matmul(r, sum, w2), 1), "attention");
  const loss = reduce(r, "sum", binary(r, "pow", binary(r, "sub", attention, y), 2));
  return { loss, set: [attention, sum, w2, branch, wr, h, w1] };
}

export const EXAMPLES = { notebookNetwork, classifier, layerNorm, residual } as const;
