import type { Tensor } from "../../core/ops/recording-ops.ts";
import { finiteDifferences, type FiniteDifferences } from "../../core/reference/finite-differences.ts";
import {
  referenceGradients,
  type ReferenceGradients,
  type ReluKink,
} from "../../core/reference/reference-gradients.ts";
import type { ReferenceNetwork, ReferenceRows } from "../../core/reference/reference-network.ts";
import { viewOf } from "../../shared/tensor-view.ts";
import type {
  FiniteDifferenceTask,
  ReferenceModel,
  ReferenceTask,
  RowBlock,
} from "../../shared/worker-tasks.ts";
import type { Control } from "../program/control.ts";

/** Rows between two heartbeats: about 30 ms of float64 loops. */
const ROWS_PER_BEAT = 200;

function networkOf(memory: WebAssembly.Memory, model: ReferenceModel): ReferenceNetwork {
  const [inFeatures = 0, hidden = 0] = model.w1.shape;
  const inDoublePrecision = (tensor: Tensor): Float64Array =>
    Float64Array.from(viewOf(memory, tensor, "float32"));
  return {
    w1: inDoublePrecision(model.w1),
    b1: inDoublePrecision(model.b1),
    w2: inDoublePrecision(model.w2),
    b2: inDoublePrecision(model.b2),
    inFeatures,
    hidden,
    shift: model.shift,
  };
}

/** The rows of a block, a few at a time, with a heartbeat before each piece. */
function* piecesOf(block: RowBlock, control: Control): Generator<{ begin: number; end: number }> {
  for (let begin = block.begin; begin < block.end; begin += ROWS_PER_BEAT) {
    control.beat();
    yield { begin, end: Math.min(block.end, begin + ROWS_PER_BEAT) };
  }
}

const WEIGHTS = ["w1", "b1", "w2", "b2"] as const;
const TENSORS = ["x", ...WEIGHTS] as const;

/** sum += part. */
function add(sum: Float64Array, part: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? NaN) + (part[i] ?? NaN);
}

/**
 * This block's share of the float64 loss and gradients; the block's rows of dx are written into the arena. Kinks count
 * their rows from the first of all the data.
 */
export function runReference(
  task: ReferenceTask,
  memory: WebAssembly.Memory,
  control: Control,
): ReferenceGradients {
  const network = networkOf(memory, task.model);
  const { inFeatures } = network;
  const x = viewOf(memory, task.x, "float32");
  const y = viewOf(memory, task.y, "float32");
  const dx = viewOf(memory, task.dx, "float64");
  let loss = 0;
  const kinks: ReluKink[] = [];
  let total: ReferenceGradients | null = null;
  for (const { begin, end } of piecesOf(task.block, control)) {
    const rows: ReferenceRows = {
      x: x.subarray(begin * inFeatures, end * inFeatures),
      y: y.subarray(begin, end),
    };
    const part = referenceGradients(network, rows, {
      meanOver: task.block.meanOver,
      dx: dx.subarray(begin * inFeatures, end * inFeatures),
    });
    loss += part.loss;
    kinks.push(...part.kinks.map((kink) => ({ ...kink, row: begin + kink.row })));
    if (total === null) {
      total = part;
      continue;
    }
    for (const tensor of WEIGHTS) add(total[tensor], part[tensor]);
  }
  if (total === null)
    throw new RangeError(`reference: expected rows, got the empty block at ${task.block.begin}`);
  return { ...total, loss, kinks };
}

/** This block's share of the central differences at the task's coordinates. */
export function runFiniteDifferences(
  task: FiniteDifferenceTask,
  memory: WebAssembly.Memory,
  control: Control,
): FiniteDifferences {
  const network = networkOf(memory, task.model);
  const { inFeatures } = network;
  const x = viewOf(memory, task.x, "float32");
  const y = viewOf(memory, task.y, "float32");
  let total: FiniteDifferences | null = null;
  for (const { begin, end } of piecesOf(task.block, control)) {
    const rows: ReferenceRows = {
      x: x.subarray(begin * inFeatures, end * inFeatures),
      y: y.subarray(begin, end),
    };
    const part = finiteDifferences(network, rows, {
      meanOver: task.block.meanOver,
      firstRow: begin,
      coordinates: task.coordinates,
    });
    if (total === null) {
      total = part;
      continue;
    }
    for (const tensor of TENSORS) {
      add(total.derivatives[tensor], part.derivatives[tensor]);
      add(total.kinks[tensor], part.kinks[tensor]);
    }
  }
  if (total === null)
    throw new RangeError(`differences: expected rows, got the empty block at ${task.block.begin}`);
  return total;
}
