import type { Op } from "../../core/ops/op.ts";
import type { Program, Tensor } from "../../core/ops/recording-ops.ts";
import { WORTH_A_WORKER_NS, type Access } from "../../core/ops/phase.ts";
import { USUAL_CACHE_BYTES } from "../../shared/engine/cache-blocks.ts";
import { scratchBytesOf } from "../../shared/engine/kernel-scratch.ts";
import type { PlannedGroup, PlannedSection, PlannedStep } from "../../shared/engine/worker-tasks.ts";
import { dropUnused } from "./drop-unused.ts";
import { Buffers, overlaps, rangeOf, sameRange, type ByteRange } from "./tensor-ranges.ts";
import type { PlanCache } from "./plan-cache.ts";
import { groupPhases, type PhaseGroup, type PlacedPhase } from "./group-phases.ts";

/** Work in order: each program runs `repeats` times. */
export interface Section {
  readonly program: Program;
  readonly repeats: number;
  /** When given, only what these tensors, records and marks depend on is computed. */
  readonly results?: readonly Tensor[];
  /** Runs in place of `program` at every `every`-th repeat from `first` on: the same with statistics, say. */
  readonly alternate?: { readonly program: Program; readonly first: number; readonly every: number };
  /** The same for programs that differ only in where their tensors lie: they share a plan. */
  readonly structure?: string;
  /** No ops are fused or carried out block by block: each goes over all rows before the next begins. */
  readonly opByOp?: boolean;
}

export interface Plan {
  readonly sections: readonly PlannedSection[];
  /** Names of records and marks by index. */
  readonly names: readonly string[];
  /** Private scratch that every worker needs. */
  readonly scratchBytes: number;
  /** Workers that have something to do: the others would only meet at barriers. */
  readonly workers: number;
  /** Whether each program's plan is an earlier one to the last byte. */
  readonly isUnchanged: boolean;
}

/** How bytes of the arena were touched since the last barrier: by which split, and whether they were written. */
interface Touch extends ByteRange {
  readonly split: string;
  readonly write: boolean;
}

/**
 * Finds where workers must wait for each other. Two touches that overlap may go without a barrier when both only
 * read, or when both split the same bytes alike: then each worker meets only its own items.
 */
class BarrierFinder {
  readonly #buffers: Buffers;
  /** By buffer. */
  readonly #touches = new Map<number, Touch[]>();

  constructor(touches: readonly Touch[]) {
    this.#buffers = new Buffers(touches);
  }

  /** Whether these touches need a barrier before them; remembers them. */
  visit(touches: readonly Touch[], always: boolean): boolean {
    const needed = always || touches.some((touch) => this.#conflicts(touch));
    if (needed) this.#touches.clear();
    for (const touch of touches) {
      const seen = this.#seenWith(touch);
      const known = seen.some(
        (other) => sameRange(other, touch) && other.split === touch.split && other.write === touch.write,
      );
      if (!known) this.#touches.set(this.#buffers.of(touch), [...seen, touch]);
    }
    return needed;
  }

  #conflicts(touch: Touch): boolean {
    return this.#seenWith(touch).some(
      (other) =>
        (other.write || touch.write) &&
        overlaps(other, touch) &&
        // One worker alone is in order whatever it meets.
        !(other.split === ALONE && touch.split === ALONE) &&
        (other.split !== touch.split || touch.split === "all" || !sameRange(other, touch)),
    );
  }

  #seenWith(touch: Touch): readonly Touch[] {
    return this.#touches.get(this.#buffers.of(touch)) ?? [];
  }
}

/** The split of a worker that has all items: the first one. */
const ALONE = "first";

/** Workers worth waking for a group. */
function threadsFor({ phases, items }: PhaseGroup, threads: number): number {
  const costNs = phases.reduce((sum, { phase }) => sum + phase.costNs, 0);
  const worthwhile = Math.max(1, Math.floor(costNs / WORTH_A_WORKER_NS));
  return Math.min(threads, worthwhile, Math.max(1, items));
}

function touchOf(access: Access<Tensor>, { axis, items }: PhaseGroup, threads: number): Touch {
  const split = access.part === "all" ? "all" : `${axis}:${items}:${threads}`;
  // One worker alone meets its own data whatever the split is called.
  return { ...rangeOf(access.tensor), split: threads === 1 ? ALONE : split, write: access.write };
}

/** Where an op's workers leave partial results, and how many do. */
interface Partials {
  readonly offsetBytes: number;
  readonly strideBytes: number;
  readonly threads: number;
}

const NO_PARTIALS: Partials = { offsetBytes: 0, strideBytes: 0, threads: 0 };

/** Names of records and marks, numbered in the order of their first appearance. */
class Names {
  readonly all: string[] = [];

  indexOf(op: Op<Tensor>): number {
    if (op.op !== "record" && op.op !== "mark") return -1;
    const known = this.all.indexOf(op.name);
    return known >= 0 ? known : this.all.push(op.name) - 1;
  }
}

/** Plans one program; `allocateBytes` gives the partial results their place. */
function planProgram(
  { program, results, opByOp = false }: Section,
  threads: number,
  names: Names,
  cacheBytes: number,
  allocateBytes: (sizeBytes: number) => number,
): PlannedGroup[] {
  const partials = new Map<Op<Tensor>, Partials>();
  const ops = results === undefined ? program.ops : dropUnused(program.ops, results);
  const placed = groupPhases(ops, { threads, opByOp, cacheBytes }).map((group) => {
    const groupThreads = threadsFor(group, threads);
    for (const { op, phase } of group.phases) {
      if (phase.name !== "partial") continue;
      const strideBytes = Math.ceil(phase.partialBytes / 64) * 64;
      const offsetBytes = allocateBytes(strideBytes * groupThreads);
      partials.set(op, { offsetBytes, strideBytes, threads: groupThreads });
    }
    return { group, threads: groupThreads };
  });
  const partialsOf = ({ op }: PlacedPhase): Partials => partials.get(op) ?? NO_PARTIALS;

  const touchesOf = (group: PhaseGroup, groupThreads: number): Touch[] =>
    group.phases.flatMap((one) => {
      const touches = one.phase.accesses.map((access) => touchOf(access, group, groupThreads));
      const { offsetBytes, strideBytes, threads: partialThreads } = partialsOf(one);
      const range = { begin: offsetBytes, end: offsetBytes + strideBytes * partialThreads };
      if (one.phase.name === "partial") {
        touches.push({ ...range, split: groupThreads === 1 ? ALONE : "own", write: true });
      } else if (one.phase.name === "reduce") {
        const alone = groupThreads === 1 && partialThreads === 1;
        touches.push({ ...range, split: alone ? ALONE : "all", write: false });
      }
      return touches;
    });

  const touched = placed.map(({ group, threads: groupThreads }) => touchesOf(group, groupThreads));
  const finder = new BarrierFinder(touched.flat());
  const pass = (): boolean[] =>
    placed.map(({ group }, index) =>
      finder.visit(
        touched[index]!,
        group.phases.some(({ op }) => op.op === "mark"),
      ),
    );
  const first = pass();
  // A program repeats: what its end leaves behind decides the barriers of its next beginning.
  const second = pass();

  return placed.map(({ group, threads: groupThreads }, index) => {
    let scratchOffsetBytes = 0;
    const steps = group.phases.map((one): PlannedStep => {
      const { offsetBytes, strideBytes, threads: partialThreads } = partialsOf(one);
      const step = {
        op: one.op,
        phase: one.phase.name,
        partialOffsetBytes: offsetBytes,
        partialStrideBytes: strideBytes,
        partialThreads,
        scratchOffsetBytes,
        nameIndex: names.indexOf(one.op),
      };
      scratchOffsetBytes += Math.ceil(scratchBytesOf(one.op, cacheBytes) / 64) * 64;
      return step;
    });
    const barrier = first[index] === true || second[index] === true;
    return { steps, items: group.items, threads: groupThreads, blockItems: group.blockItems, barrier };
  });
}

const scratchBytesOfGroup = ({ steps }: PlannedGroup, cacheBytes: number): number =>
  Math.max(0, ...steps.map((step) => step.scratchOffsetBytes + scratchBytesOf(step.op, cacheBytes)));

export interface PlanOptions {
  /** Earlier plans. */
  readonly known?: PlanCache;
  /** Second-level cache of a worker, for which blocks are cut. */
  readonly cacheBytes?: number;
}

/** Places every op of the sections: groups, threads, barriers, partial results, scratch. */
export function planSections(
  sections: readonly Section[],
  threads: number,
  allocateBytes: (sizeBytes: number) => number,
  { known, cacheBytes = USUAL_CACHE_BYTES }: PlanOptions = {},
): Plan {
  const names = new Names();
  const before = known?.unchanged ?? 0;
  let programs = 0;
  const planned = sections.map((section): PlannedSection => {
    const { alternate } = section;
    const plan = (program: Program): readonly PlannedGroup[] => {
      programs++;
      const make = (allocate: (sizeBytes: number) => number): PlannedGroup[] =>
        planProgram({ ...section, program }, threads, names, cacheBytes, allocate);
      if (known === undefined) return make(allocateBytes);
      const { results, structure, opByOp = false } = section;
      const key = `${threads} ${cacheBytes} ${opByOp}`;
      const nameIndexOf = (op: Op<Tensor>): number => names.indexOf(op);
      return known.plan({ program, results, structure, key }, { allocateBytes, nameIndexOf }, make);
    };
    return {
      groups: plan(section.program),
      repeats: section.repeats,
      alternate:
        alternate === undefined
          ? null
          : { groups: plan(alternate.program), first: alternate.first, every: alternate.every },
    };
  });
  const groups = planned.flatMap((section) => [...section.groups, ...(section.alternate?.groups ?? [])]);
  return {
    sections: planned,
    names: names.all,
    scratchBytes: Math.max(0, ...groups.map((group) => scratchBytesOfGroup(group, cacheBytes))),
    workers: Math.max(1, ...groups.map((group) => group.threads)),
    isUnchanged: known !== undefined && known.unchanged - before === programs,
  };
}
