import { buildNetwork } from "../../../../core/network/build-network.ts";
import type { Network } from "../../../../core/network/network.ts";
import { numelOf, type Tensor } from "../../../../core/ops/recording-ops.ts";
import { principalAxes } from "../../../../core/principal-axes.ts";
import type { Learned } from "../../../../shared/experiments/learned.ts";
import { viewOf } from "../../../../shared/engine/tensor-view.ts";
import type { Engine } from "../../../engine/engine.ts";
import { executeOnce } from "../../compute/programs.ts";
import type { Checkpoint } from "../session/checkpoints.ts";
import { placeParameters } from "./checkpoint-parameters.ts";

/** Rows of the embedding: one in so many of the validation rows. */
const EMBEDDED_EVERY = 8;
/** Widest last hidden layer whose principal axes main computes without holding itself up. */
const WIDEST_EMBEDDING = 512;

/** What a network makes of rows. */
export interface EvaluatedRows {
  readonly outputs: Float32Array;
  readonly hidden: {
    readonly values: Float32Array;
    readonly moments: Float32Array;
    readonly width: number;
  } | null;
  readonly embeddingNote: string;
}

const copyOf = (memory: WebAssembly.Memory, tensor: Tensor | undefined): Float32Array =>
  tensor === undefined ? new Float32Array() : viewOf(memory, tensor, "float32").slice();

/** Logits of all rows, and some rows of the last hidden layer with their second moments. */
export async function evaluateRows(
  engine: Engine,
  network: Network,
  checkpoint: Checkpoint,
  data: { readonly x: Tensor; readonly y: Tensor },
  threads: number,
): Promise<EvaluatedRows> {
  const { memory } = engine.arena;
  return executeOnce<EvaluatedRows>(engine, threads, (ops, scope) => {
    const parameters = placeParameters(memory, scope, network, checkpoint);
    const built = buildNetwork(ops, network, { ...data, parameters });
    const out = built.outputs.at(-1)?.out;
    const hidden = built.outputs.at(-2)?.out;
    const width = hidden?.shape[1] ?? 0;
    const embeddingNote =
      hidden === undefined
        ? "The network has no hidden layer."
        : width > WIDEST_EMBEDDING
          ? `The last hidden layer has ${width} units; principal axes are computed up to ${WIDEST_EMBEDDING}.`
          : width < 2
            ? "The last hidden layer has one unit."
            : "";
    if (hidden === undefined || embeddingNote !== "") {
      return () => ({ outputs: copyOf(memory, out), hidden: null, embeddingNote });
    }
    const count = Math.ceil((data.y.shape[0] ?? 0) / EMBEDDED_EVERY);
    const indices = scope.tensor("rows to embed", [count], "int32");
    viewOf(memory, indices, "int32").set(Int32Array.from({ length: count }, (_, i) => i * EMBEDDED_EVERY));
    const some = ops.tensor("embedded rows", [count, width]);
    ops.run({ op: "gatherRows", x: hidden, indices, out: some });
    // Less the first row: a covariance must not be the difference of two numbers that are far larger.
    const [first, centre] = ["first row", "centre"].map((name) => ops.tensor(name, [1, width]));
    if (first === undefined || centre === undefined) throw new TypeError("evaluateRows: no centre");
    ops.run({ op: "gatherRows", x: hidden, indices: { ...indices, shape: [1] }, out: first });
    ops.run({ op: "scale", x: first, out: centre, factor: -1 });
    ops.run({ op: "addBias", x: some, bias: { ...centre, shape: [width] }, out: some });
    const moments = ops.tensor("second moments", [width, width]);
    ops.run({
      op: "matmul",
      a: some,
      b: some,
      out: moments,
      transposeA: true,
      transposeB: false,
      accumulate: false,
    });
    return () => ({
      outputs: copyOf(memory, out),
      hidden: { values: copyOf(memory, some), moments: copyOf(memory, moments), width },
      embeddingNote,
    });
  });
}

/** Rows of the last hidden layer along their two first principal axes. */
export function embedRows({ hidden }: EvaluatedRows, labels: Float32Array): Learned["embedding"] {
  if (hidden === null) return null;
  const { values, moments, width } = hidden;
  const count = values.length / width;
  const mean = new Float64Array(width);
  for (let i = 0; i < values.length; i++) mean[i % width] = (mean[i % width] ?? 0) + (values[i] ?? 0) / count;
  const covariance = Float64Array.from(moments, (value, at) => {
    const [i, j] = [Math.floor(at / width), at % width];
    return value / count - (mean[i] ?? 0) * (mean[j] ?? 0);
  });
  const { axes, explained } = principalAxes(covariance, numelOf([width]));
  const along = (axis: Float64Array, row: number): number => {
    let sum = 0;
    for (let j = 0; j < width; j++) sum += (axis[j] ?? 0) * ((values[row * width + j] ?? 0) - (mean[j] ?? 0));
    return sum;
  };
  const points = Array.from({ length: count }, (_, row) => ({
    x: along(axes[0], row),
    y: along(axes[1], row),
    label: labels[row * EMBEDDED_EVERY] ?? NaN,
  }));
  return { points, explained: [explained[0], explained[1]] };
}
