import { kaimingNormal } from "../../../core/init/kaiming-normal.ts";
import { linearLayer } from "../../../core/stages/stage-1-functions.ts";
import type { StageTensors } from "../../../core/stages/stage.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import { randomStream } from "../../../core/random/random-stream.ts";
import { networkGradients, uncertainOf } from "../../../core/reference/network-gradients.ts";
import { referencePass } from "../../../core/reference/network-pass.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { Scope } from "../../engine/arena.ts";
import type { Engine } from "../../engine/engine.ts";
import type { DataTensors } from "../compute/data-rows.ts";
import { HIDDEN, IN_FEATURES, notebookNetwork } from "../compute/notebook-network.ts";
import { executeOnce } from "../compute/programs.ts";

/** ReLU of stage 4 has no shift, so none has one here. */
export const STAGE_SHIFT = 0;

/**
 * Rows whose outer products all workers together form at a time: 1,024 × 784 × 52 float32 are 167 MB, more than caches
 * hold, so that they go to memory and back as the notebook's 7.84 GB do. With 64 rows a worker, 10 MB, stage 2 takes
 * half as long (2 cores, 32 MB of third-level cache, November 2026).
 */
const CHUNK_ROWS_IN_ALL = 1_024;

/** One worker's share of them. */
export const stageChunkRows = (threads: number): number => Math.ceil(CHUNK_ROWS_IN_ALL / threads);

/** The network that all stages compute. */
export const STAGE_NETWORK = notebookNetwork(STAGE_SHIFT);

/** The notebook draws them in its cell 13: a seed gives the same weights here as there. */
const WEIGHT_STREAM = 13;

/** Data and weights, the same for every stage: Kaiming normal by fan in, zero biases. */
export function drawInputs(
  engine: Engine,
  scope: Scope,
  data: DataTensors,
  seed: number,
): StageTensors<Tensor> {
  const stream = randomStream(seed, WEIGHT_STREAM);
  const placed = placeInputs(scope, data);
  const fill = (tensor: Tensor): Float32Array => viewOf(engine.arena.memory, tensor, "float32");
  fill(placed.w1).set(kaimingNormal(stream, [IN_FEATURES, HIDDEN], { fan: "fanIn" }));
  fill(placed.w2).set(kaimingNormal(stream, [HIDDEN, 1], { fan: "fanIn" }));
  fill(placed.b1).fill(0);
  fill(placed.b2).fill(0);
  return placed;
}

/** Data, and tensors for the weights; nothing is written. */
export const placeInputs = (scope: Scope, { x, y }: DataTensors): StageTensors<Tensor> => ({
  x,
  y,
  w1: scope.tensor("w1", [IN_FEATURES, HIDDEN]),
  b1: scope.tensor("b1", [HIDDEN]),
  w2: scope.tensor("w2", [HIDDEN, 1]),
  b2: scope.tensor("b2", [1]),
});

/** float32 puts no pre-activation of these data farther from where float64 has it; 10 times what was seen. */
const NEAR_ZERO = 1e-4;

/** What may differ between right answers. */
export interface Uncertainty {
  readonly kinks: number;
  /** By how much each gradient may differ, by flat index. w2 and b2 do not depend on the side. */
  readonly allowances: Readonly<Record<"x" | "w1" | "b1", ReadonlyMap<number, number>>>;
}

/**
 * Finds units so near the relu's kink that rounding decides on which side they are: two right implementations may
 * differ there, and the gradients by what that unit passes on. Only rows with a unit near zero are computed in float64.
 */
export async function findKinks(
  engine: Engine,
  tensors: StageTensors<Tensor>,
  threads: number,
): Promise<Uncertainty> {
  const { memory } = engine.arena;
  const values = (tensor: Tensor): Float32Array => viewOf(memory, tensor, "float32");
  const near = await executeOnce(engine, threads, (ops) => {
    const z = linearLayer(ops, tensors.x, tensors.w1, tensors.b1);
    return () => rowsNearZero(values(z));
  });
  const x = values(tensors.x);
  const rowOf = (row: number): Float32Array => x.subarray(row * IN_FEATURES, (row + 1) * IN_FEATURES);
  const some = {
    x: Float64Array.from(near.flatMap((row) => [...rowOf(row)])),
    y: Float64Array.from(near, (row) => values(tensors.y)[row] ?? NaN),
  };
  const wide = (tensor: Tensor): Float64Array => Float64Array.from(values(tensor));
  const { w1, b1, w2, b2 } = tensors;
  const parameters = { w1: wide(w1), b1: wide(b1), w2: wide(w2), b2: wide(b2) };
  const { kinks, allowances, xAllowances } = networkGradients(
    referencePass(STAGE_NETWORK, parameters),
    some,
    { meanOver: tensors.y.shape[0] ?? 1, dx: new Float64Array(some.x.length) },
  );
  const placed = [...xAllowances].map(([index, allowance]): [number, number] => {
    const row = near[Math.floor(index / IN_FEATURES)] ?? NaN;
    return [row * IN_FEATURES + (index % IN_FEATURES), allowance];
  });
  const allowed = (name: string): ReadonlyMap<number, number> =>
    uncertainOf(allowances[name] ?? new Float64Array());
  return { kinks, allowances: { x: new Map(placed), w1: allowed("w1"), b1: allowed("b1") } };
}

function rowsNearZero(z: Float32Array): number[] {
  const rows: number[] = [];
  for (let row = 0; row * HIDDEN < z.length; row++) {
    const units = z.subarray(row * HIDDEN, (row + 1) * HIDDEN);
    if (units.some((value) => Math.abs(value) < NEAR_ZERO)) rows.push(row);
  }
  return rows;
}
