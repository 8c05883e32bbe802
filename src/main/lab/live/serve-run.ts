import { checkShapes } from "../../../core/ops/check-shapes.ts";
import type { Op } from "../../../core/ops/op.ts";
import type { Program, Tensor } from "../../../core/ops/recording-ops.ts";
import type { BufferTensor } from "../../../core/tensor/lower/lowered.ts";
import type { RunAnswer, RunRequest } from "../../../shared/live/sandbox-protocol.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { Engine } from "../../engine/engine.ts";
import { execute, timeLoops } from "../compute/programs.ts";
import { placeTensors, type Buffers } from "./buffers.ts";

/** Where a sandbox's requests are carried out. */
export interface Serving {
  readonly engine: Engine;
  readonly buffers: Buffers;
  readonly threads: number;
}

/** An op over arena tensors. @throws {ContractError} @throws {ShapeError} */
function placed(op: Op<BufferTensor>, buffers: Buffers): Op<Tensor> {
  // The same op, whose every tensor has been replaced.
  const found = placeTensors(op, buffers) as Op<Tensor>;
  checkShapes(found);
  return found;
}

async function compute(
  { engine, threads }: Serving,
  program: Program,
  samples: number | null,
): Promise<number[]> {
  if (program.ops.length === 0) return [];
  if (samples !== null) return timeLoops(engine, program, { threads, calls: 1, samples, warmupCalls: 1 });
  await execute(engine, [{ program, repeats: 1 }], { threads });
  return [];
}

function read({ engine, buffers }: Serving, tensor: BufferTensor): Float32Array | Float64Array {
  const { memory } = engine.arena;
  const at = buffers.tensor(tensor);
  return tensor.dtype === "float64"
    ? viewOf(memory, at, "float64").slice()
    : viewOf(memory, at, "float32").slice();
}

/**
 * Frees, allocates, fills, computes and reads, in this order. If it fails, what it has allocated is free again.
 *
 * @throws {OutOfMemoryError} @throws {ExperimentCancelled} @throws {TaskError} @throws {ContractError}
 */
export async function serveRun(serving: Serving, request: RunRequest): Promise<RunAnswer> {
  const { engine, buffers } = serving;
  for (const buffer of request.frees) buffers.free(buffer);
  const allocated: number[] = [];
  try {
    for (const { tensor } of request.buffers) {
      buffers.allocate(tensor);
      allocated.push(tensor.buffer);
    }
    for (const { tensor, values } of request.uploads) {
      viewOf(engine.arena.memory, buffers.tensor(tensor), "float32").set(values);
    }
    const program = { ops: request.ops.map((op) => placed(op, buffers)) };
    const samplesMs = await compute(serving, program, request.samples);
    const values = request.reads.map((tensor) => read(serving, tensor));
    for (const { tensor, temporary } of request.buffers) if (temporary) buffers.free(tensor.buffer);
    return { values, samplesMs };
  } catch (error) {
    for (const buffer of allocated) buffers.free(buffer);
    throw error;
  }
}
