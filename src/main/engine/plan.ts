import type { Op } from "../../core/ops/op.ts";
import type { Program, Tensor } from "../../core/ops/recording-ops.ts";
import type { Access } from "../../core/ops/phase.ts";
import { scratchBytesOf } from "../../shared/engine/kernel-scratch.ts";
import type { PlannedGroup, PlannedSection, PlannedStep } from "../../shared/engine/worker-tasks.ts";
import { dropUnused } from "./drop-unused.ts";
import { groupPhases, type PhaseGroup, type PlacedPhase } from "./group-phases.ts";

/**
 * Less than this for each worker, and a second one gains nothing: passing a barrier takes about a microsecond while
 * all workers are awake (2 cores, Zen 4 class, November 2026).
 */
const COST_PER_THREAD_NS = 4_000;

/** Work in order: each program runs `repeats` times. */
export interface Section {
  readonly program: Program;
  readonly repeats: number;
  /** When given, only what these tensors, records and marks depend on is computed. */
  readonly results?: readonly Tensor[];
  /** Runs in place of `program` at every `every`-th repeat from `first` on: the same with statistics, say. */
  readonly alternate?: { readonly program: Program; readonly first: number; readonly every: number };
  /** No ops are fused or carried out block by block: each goes over all rows before the next begins. */
  readonly opByOp?: boolean;
}

export interface Plan {
  readonly sections: readonly PlannedSection[];
  /** Names of records and marks by index. */
  readonly names: readonly string[];
  /** Private scratch that every worker needs. */
  readonly scratchBytes: number;
}

/** How a tensor was touched since the last barrier: by which split, and whether it was written. */
interface Touch {
  readonly offsetBytes: number;
  readonly split: string;
  readonly write: boolean;
}

/**
 * Finds where workers must wait for each other. Two touches of a tensor may go without a barrier when both only
 * read, or when both use the same split: then each worker meets only its own items.
 */
class BarrierFinder {
  readonly #touches = new Map<number, Touch[]>();

  /** Whether these touches need a barrier before them; remembers them. */
  visit(touches: readonly Touch[], always: boolean): boolean {
    const needed = always || touches.some((touch) => this.#conflicts(touch));
    if (needed) this.#touches.clear();
    for (const touch of touches) {
      const seen = this.#touches.get(touch.offsetBytes) ?? [];
      if (!seen.some(({ split, write }) => split === touch.split && write === touch.write)) seen.push(touch);
      this.#touches.set(touch.offsetBytes, seen);
    }
    return needed;
  }

  #conflicts(touch: Touch): boolean {
    const seen = this.#touches.get(touch.offsetBytes) ?? [];
    return seen.some(
      (other) => (other.write || touch.write) && (other.split !== touch.split || touch.split === "all"),
    );
  }
}

/** Workers worth waking for a group. */
function threadsFor({ phases, items }: PhaseGroup, threads: number): number {
  const costNs = phases.reduce((sum, { phase }) => sum + phase.costNs, 0);
  const worthwhile = Math.max(1, Math.floor(costNs / COST_PER_THREAD_NS));
  return Math.min(threads, worthwhile, Math.max(1, items));
}

function touchOf(access: Access<Tensor>, { axis, items }: PhaseGroup, threads: number): Touch {
  const split = access.part === "all" ? "all" : `${axis}:${items}:${threads}`;
  // One worker alone meets its own data whatever the split is called.
  return {
    offsetBytes: access.tensor.offsetBytes,
    split: threads === 1 ? "first" : split,
    write: access.write,
  };
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
  allocateBytes: (sizeBytes: number) => number,
): PlannedGroup[] {
  const partials = new Map<Op<Tensor>, Partials>();
  const ops = results === undefined ? program.ops : dropUnused(program.ops, results);
  const placed = groupPhases(ops, { opByOp }).map((group) => {
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
      const { offsetBytes, threads: partialThreads } = partialsOf(one);
      if (one.phase.name === "partial") {
        touches.push({ offsetBytes, split: groupThreads === 1 ? "first" : "own", write: true });
      } else if (one.phase.name === "reduce") {
        const alone = groupThreads === 1 && partialThreads === 1;
        touches.push({ offsetBytes, split: alone ? "first" : "all", write: false });
      }
      return touches;
    });

  const finder = new BarrierFinder();
  const pass = (): boolean[] =>
    placed.map(({ group, threads: groupThreads }) =>
      finder.visit(
        touchesOf(group, groupThreads),
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
      scratchOffsetBytes += Math.ceil(scratchBytesOf(one.op) / 64) * 64;
      return step;
    });
    const barrier = first[index] === true || second[index] === true;
    return { steps, items: group.items, threads: groupThreads, blockItems: group.blockItems, barrier };
  });
}

const scratchBytesOfGroup = ({ steps }: PlannedGroup): number =>
  Math.max(0, ...steps.map((step) => step.scratchOffsetBytes + scratchBytesOf(step.op)));

/** Places every op of the sections: groups, threads, barriers, partial results, scratch. */
export function planSections(
  sections: readonly Section[],
  threads: number,
  allocateBytes: (sizeBytes: number) => number,
): Plan {
  const names = new Names();
  const planned = sections.map((section): PlannedSection => {
    const { alternate } = section;
    const plan = (program: Program): PlannedGroup[] =>
      planProgram({ ...section, program }, threads, names, allocateBytes);
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
    scratchBytes: Math.max(0, ...groups.map(scratchBytesOfGroup)),
  };
}
