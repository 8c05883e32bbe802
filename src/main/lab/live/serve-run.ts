import { checkShapes } from "../../../core/ops/check-shapes.ts";
import type { Op } from "../../../core/ops/op.ts";
import { sizeBytesOf, type Tensor } from "../../../core/ops/recording-ops.ts";
import type { BufferTensor } from "../../../core/tensor/lower/lowered.ts";
import { mapTensors } from "../../../core/tensor/lower/map-tensors.ts";
import { structureOf } from "../../../core/tensor/lower/structure-of.ts";
import type { RunAnswer, RunRequest } from "../../../shared/live/sandbox-protocol.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Section } from "../../engine/plan.ts";
import { execute, timeLoops } from "../compute/programs.ts";
import type { Buffers } from "./buffers.ts";
import { shareMemory, type MemoryLayout } from "./share-memory.ts";

/** Where a sandbox's requests are carried out. */
export interface Serving {
  readonly engine: Engine;
  readonly buffers: Buffers;
  readonly threads: number;
  /** Programs that ran before. */
  readonly structures: Structures;
}

/** What is known of programs of one structure. */
type Structures = Map<string, MemoryLayout>;

/** Structures that are remembered. */
const MOST_STRUCTURES = 256;

/** Ops over arena tensors. @throws {ContractError} @throws {ShapeError} */
function placed(ops: readonly Op<BufferTensor>[], buffers: Buffers, isChecked: boolean): Op<Tensor>[] {
  return ops.map((op) => {
    // The same op, whose every tensor has been replaced.
    const inArena = mapTensors(op, (tensor) => buffers.tensor(tensor)) as Op<Tensor>;
    if (!isChecked) checkShapes(inArena);
    return inArena;
  });
}

/** Temporaries that may lie over each other: what is uploaded before the program or read after it may not. */
function sharable({ buffers, uploads, reads }: RunRequest): ReadonlyMap<number, number> {
  const lasting = new Set([
    ...uploads.map(({ tensor }) => tensor.buffer),
    ...reads.map(({ buffer }) => buffer),
  ]);
  return new Map(
    buffers.flatMap(({ tensor, temporary }) =>
      temporary && !lasting.has(tensor.buffer) ? [[tensor.buffer, sizeBytesOf(tensor)] as const] : [],
    ),
  );
}

async function compute(
  { engine, threads }: Serving,
  section: Pick<Section, "program" | "structure">,
  samples: number | null,
): Promise<number[]> {
  if (section.program.ops.length === 0) return [];
  if (samples !== null) {
    return timeLoops(engine, section.program, { ...section, threads, calls: 1, samples, warmupCalls: 1 });
  }
  await execute(engine, [{ ...section, repeats: 1 }], { threads });
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
  const { engine, buffers, structures } = serving;
  const { ops } = request;
  for (const buffer of request.frees) buffers.free(buffer);
  const sizes = sharable(request);
  const { key, buffers: order } = structureOf(ops, new Set(sizes.keys()));
  const known = structures.get(key);
  const layout = known ?? shareMemory(ops, order, sizes);
  const allocated: number[] = [];
  let freeTogether = (): void => undefined;
  try {
    const offsets = new Map([...layout.offsets].map(([place, offset]) => [order[place] ?? -1, offset]));
    if (offsets.size > 0) freeTogether = buffers.allocateTogether(layout.bytes, offsets, sizes);
    for (const { tensor } of request.buffers) {
      if (offsets.has(tensor.buffer)) continue;
      buffers.allocate(tensor);
      allocated.push(tensor.buffer);
    }
    for (const { tensor, values } of request.uploads) {
      viewOf(engine.arena.memory, buffers.tensor(tensor), "float32").set(values);
    }
    const program = { ops: placed(ops, buffers, known !== undefined) };
    const samplesMs = await compute(serving, { program, structure: key }, request.samples);
    if (structures.size >= MOST_STRUCTURES) structures.clear();
    structures.set(key, layout);
    const values = request.reads.map((tensor) => read(serving, tensor));
    for (const { tensor, temporary } of request.buffers) {
      if (temporary && !offsets.has(tensor.buffer)) buffers.free(tensor.buffer);
    }
    return { values, samplesMs };
  } catch (error) {
    for (const buffer of allocated) buffers.free(buffer);
    throw error;
  } finally {
    freeTogether();
  }
}
