import type { Op } from "../../core/ops/op.ts";
import { sizeBytesOf, type Tensor } from "../../core/ops/recording-ops.ts";
import type { Access, Phase } from "../../core/ops/phase.ts";
import { phasesOf, splitsByProduct } from "../../core/ops/sharding.ts";
import { fuseLinear } from "./fuse-linear.ts";
import { ownInputs } from "./own-inputs.ts";
import { overlaps, rangeOf, sameRange, type ByteRange } from "./tensor-ranges.ts";
import { cacheBlocks, USUAL_CACHE_BYTES } from "../../shared/engine/cache-blocks.ts";
import { packedBytesOfB, RESIDENT_B_BYTES } from "../../shared/engine/kernel-scratch.ts";

/** One phase of one op of a program. */
export interface PlacedPhase {
  readonly op: Op<Tensor>;
  readonly phase: Phase<Tensor>;
}

/** Phases that split the same items alike and can be carried out block by block, one after another on each block. */
export interface PhaseGroup {
  readonly phases: readonly PlacedPhase[];
  readonly axis: Phase<Tensor>["axis"];
  readonly items: number;
  readonly blockItems: number;
}

/** The blocks' size changes nothing in which phases stand together. */
export interface GroupOptions {
  /** Workers that there are; one alone shares nothing. */
  readonly threads: number;
  readonly opByOp?: boolean;
  /** Second-level cache of a worker, for which blocks are cut. */
  readonly cacheBytes?: number;
}

/** Fewer items than this make the kernels' own beginnings and ends felt. */
const SMALLEST_BLOCK = 32;

/** Whether the phase keeps little besides its rows, so that going through it in blocks of rows costs nothing. */
function streams({ op, phase }: PlacedPhase): boolean {
  if (op.op === "outerProductSum" || op.op === "scatterAdd" || op.op === "mark") return false;
  if (phase.axis === "columns") return false;
  if (sumsByInputs(op)) return true;
  if (op.op === "linear") {
    return packedBytesOfB(op.x.shape[1] ?? 1, op.out.shape[1] ?? 1) <= RESIDENT_B_BYTES;
  }
  if (op.op !== "matmul") return true;
  if (splitsByProduct(op)) return false;
  const [rows = 1, columns = 1] = op.out.shape;
  const keptBytes = op.transposeA
    ? packedBytesOfB(rows, columns)
    : packedBytesOfB(op.a.shape[1] ?? 1, columns);
  return keptBytes <= RESIDENT_B_BYTES;
}

/** Whether the workers' shares are added row by row, together with what comes next. */
const sumsByInputs = (op: Op<Tensor>): boolean => op.op === "linear" && op.byInputs === true;

/** A group while it grows, with the reductions that wait for its end. */
class GrowingGroup {
  readonly phases: PlacedPhase[] = [];
  /** Second phases of reductions: nothing in the group needs their results. */
  readonly waiting: PlacedPhase[] = [];
  readonly #cacheBytes: number;
  readonly #touches: (Access<Tensor> & { readonly range: ByteRange; readonly waits: boolean })[] = [];

  constructor(cacheBytes: number) {
    this.#cacheBytes = cacheBytes;
  }

  /** Whether a phase may go through the items together with those already here. */
  takes(placed: PlacedPhase): boolean {
    const { phase } = placed;
    const [first] = this.phases;
    if (first === undefined) return true;
    if (!streams(placed) || !streams(first)) return false;
    if (phase.axis !== first.phase.axis || phase.items !== first.phase.items) return false;
    return phase.accesses.every((access) => {
      const range = rangeOf(access.tensor);
      const found = this.#touches.filter((one) => overlaps(one.range, range));
      return !found.some(
        (one) =>
          one.waits ||
          ((one.write || access.write) &&
            (one.part === "all" || access.part === "all" || !sameRange(one.range, range))),
      );
    });
  }

  add(placed: PlacedPhase): void {
    this.phases.push(placed);
    this.#note(placed, false);
  }

  defer(placed: PlacedPhase): void {
    this.waiting.push(placed);
    this.#note(placed, true);
  }

  #note({ phase }: PlacedPhase, waits: boolean): void {
    for (const access of phase.accesses) {
      this.#touches.push({ ...access, range: rangeOf(access.tensor), waits });
    }
  }

  /** Whether a reduction's second phase may wait until the group has ended. */
  defers({ op, phase }: PlacedPhase): boolean {
    return phase.name === "reduce" && !sumsByInputs(op) && this.phases.some((one) => one.op === op);
  }

  close(): PhaseGroup[] {
    const groups = this.waiting.map((one) => groupOf([one], this.#cacheBytes));
    return this.phases.length === 0 ? groups : [groupOf(this.phases, this.#cacheBytes), ...groups];
  }
}

function groupOf(phases: readonly PlacedPhase[], cacheBytes: number): PhaseGroup {
  const { axis, items } = phases[0]!.phase;
  if (phases.length < 2) return { phases, axis, items, blockItems: Math.max(1, items) };
  const tensors = new Map<number, Tensor>();
  for (const one of phases) {
    for (const { tensor, part } of one.phase.accesses) {
      if (part === "shard") tensors.set(tensor.offsetBytes, tensor);
    }
  }
  const bytesPerItem = [...tensors.values()].reduce((sum, tensor) => sum + sizeBytesOf(tensor) / items, 0);
  const blockItems = Math.max(
    SMALLEST_BLOCK,
    Math.floor(cacheBlocks(cacheBytes).groupBytes / Math.max(1, bytesPerItem)),
  );
  return { phases, axis, items, blockItems: Math.min(items, blockItems) };
}

/**
 * Finds the steps of a program that can be carried out together on a block of rows while it is in the cache: forward,
 * loss and backward of a row read it from memory once. The second phase of a reduction waits until the group that
 * holds its first has ended, so that a weight's gradient does not interrupt it.
 *
 * Two phases stay together when they split the same items alike, and neither reads whole what the other writes.
 */
export function groupPhases(
  ops: readonly Op<Tensor>[],
  { threads, opByOp = false, cacheBytes = USUAL_CACHE_BYTES }: GroupOptions,
): readonly PhaseGroup[] {
  if (opByOp) return oneByOne(ops, cacheBytes);
  const groups: PhaseGroup[] = [];
  let growing = new GrowingGroup(cacheBytes);
  const fused = fuseLinear(ops);
  for (const op of threads > 1 ? ownInputs(fused) : fused) {
    for (const phase of phasesOf(op)) {
      const placed = { op, phase };
      if (growing.defers(placed)) {
        growing.defer(placed);
        continue;
      }
      if (!growing.takes(placed)) {
        groups.push(...growing.close());
        growing = new GrowingGroup(cacheBytes);
      }
      growing.add(placed);
    }
  }
  return [...groups, ...growing.close()];
}

// #region op by op
/** Every op for itself, over all its rows before the next begins: what is gained by going in blocks shows beside it. */
function oneByOne(ops: readonly Op<Tensor>[], cacheBytes: number): readonly PhaseGroup[] {
  return ops.flatMap((op) => phasesOf(op).map((phase) => groupOf([{ op, phase }], cacheBytes)));
}
// #endregion
