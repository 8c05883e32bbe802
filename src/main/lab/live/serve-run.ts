import { checkShapes } from "../../../core/ops/check-shapes.ts";
import type { Op } from "../../../core/ops/op.ts";
import { sizeBytesOf, type Program, type Tensor } from "../../../core/ops/recording-ops.ts";
import type { BufferTensor } from "../../../core/tensor/lower/lowered.ts";
import { mapTensors } from "../../../core/tensor/lower/map-tensors.ts";
import type { RunAnswer, RunRequest } from "../../../shared/live/sandbox-protocol.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import { MOST_KEPT_PROGRAMS } from "../../../shared/engine/worker-tasks.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Section } from "../../engine/plan.ts";
import { execute, timeLoops } from "../compute/programs.ts";
import type { Buffers } from "./buffers.ts";
import { shareMemory, type MemoryLayout } from "./share-memory.ts";
import { steadyProgram, type SeenNumbers } from "./varying-numbers.ts";

/** Where a sandbox's requests are carried out. */
export interface Serving {
  readonly engine: Engine;
  readonly buffers: Buffers;
  readonly threads: number;
  /** Programs that ran before. */
  readonly structures: Structures;
  readonly seenNumbers: SeenNumbers;
}

/** What is known of programs of one structure. */
interface KnownStructure {
  readonly layout: MemoryLayout;
  /** Those that ran last, by where their buffers lay: the very same one need not be planned, sent and compiled again. */
  readonly programs: Map<string, Program>;
}
type Structures = Map<string, KnownStructure>;

/** Structures that are remembered. */
const MOST_STRUCTURES = 256;
/** Of one structure: a loop's tensors come back to the same places after a few turns. */
const MOST_PLACES = MOST_KEPT_PROGRAMS;

/** Ops over arena tensors. @throws {ContractError} @throws {ShapeError} */
function placed(ops: readonly Op<BufferTensor>[], buffers: Buffers, isChecked: boolean): Op<Tensor>[] {
  return ops.map((op) => {
    // The same op, whose every tensor has been replaced.
    const inArena = mapTensors(op, (tensor) => buffers.tensor(tensor)) as Op<Tensor>;
    if (!isChecked) checkShapes(inArena);
    return inArena;
  });
}

/** The program over arena tensors: the very same one where all its buffers lie as they did before. */
function programAt(
  ops: readonly Op<BufferTensor>[],
  buffers: Buffers,
  { order, programs }: { readonly order: readonly number[]; readonly programs: Map<string, Program> },
  isChecked: boolean,
): Program {
  const places = order.map((buffer) => buffers.placeOf(buffer)).join(" ");
  const program = programs.get(places) ?? { ops: placed(ops, buffers, isChecked) };
  programs.delete(places);
  programs.set(places, program);
  const [oldest] = programs.keys();
  if (programs.size > MOST_PLACES && oldest !== undefined) programs.delete(oldest);
  return program;
}

/** Parts of larger tensors that are copied out at once, and how large each may be: less than what planning takes. */
const MOST_PARTS = 16;
const MOST_PART_BYTES = 2 ** 20;

/**
 * The same ops on copies of the parts that they read of larger tensors, of batches above all: so a loop over batches
 * has one program, which is planned and compiled once, and not another one for every batch.
 */
function onCopies(
  { ops, buffers: made }: RunRequest,
  buffers: Buffers,
): { readonly ops: readonly Op<BufferTensor>[]; readonly copies: readonly Copy[] } {
  const own = new Set(made.map(({ tensor }) => tensor.buffer));
  const copies = new Map<string, Copy>();
  const copied = ops.map(
    (op) =>
      mapTensors(op, (tensor) => {
        const bytes = sizeBytesOf(tensor);
        if (own.has(tensor.buffer) || bytes > MOST_PART_BYTES || bytes >= buffers.sizeBytesOf(tensor.buffer))
          return tensor;
        const part = `${tensor.buffer} ${tensor.offset} ${bytes}`;
        // No tensor of a sandbox has a number below 0.
        const buffer = copies.get(part)?.to.buffer ?? -1 - copies.size;
        const to = { ...tensor, buffer, offset: 0 };
        if (!copies.has(part)) copies.set(part, { from: tensor, to });
        return to;
      }) as Op<BufferTensor>,
  );
  return copies.size > MOST_PARTS ? { ops, copies: [] } : { ops: copied, copies: [...copies.values()] };
}

interface Copy {
  readonly from: BufferTensor;
  readonly to: BufferTensor;
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
  const { engine, buffers, structures, seenNumbers } = serving;
  for (const buffer of request.frees) buffers.free(buffer);
  // What is timed runs as it stands.
  const { ops: own, copies } =
    request.samples === null ? onCopies(request, buffers) : { ops: request.ops, copies: [] };
  const sizes = sharable(request);
  const { ops, key, order, numbers } = steadyProgram(own, new Set(sizes.keys()), {
    seen: request.samples === null ? seenNumbers : new Map(),
    // Behind those of the copies.
    buffer: -1 - copies.length,
  });
  const known = structures.get(key);
  const layout = known?.layout ?? shareMemory(ops, order, sizes);
  const programs = known?.programs ?? new Map<string, Program>();
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
    for (const { from, to } of copies) {
      buffers.allocate(to);
      allocated.push(to.buffer);
      const { memory } = engine.arena;
      viewOf(memory, buffers.tensor(to), to.dtype).set(viewOf(memory, buffers.tensor(from), from.dtype));
    }
    if (numbers !== null) {
      buffers.allocate(numbers.tensor);
      allocated.push(numbers.tensor.buffer);
      viewOf(engine.arena.memory, buffers.tensor(numbers.tensor), "float32").set(numbers.values);
    }
    const program = programAt(ops, buffers, { order, programs }, known !== undefined);
    const samplesMs = await compute(serving, { program, structure: key }, request.samples);
    if (structures.size >= MOST_STRUCTURES) structures.clear();
    structures.set(key, { layout, programs });
    const values = request.reads.map((tensor) => read(serving, tensor));
    for (const { to } of copies) buffers.free(to.buffer);
    if (numbers !== null) buffers.free(numbers.tensor.buffer);
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
