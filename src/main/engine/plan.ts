import type { Op } from "../../core/ops/op.ts";
import type { Program, Tensor } from "../../core/ops/recording-ops.ts";
import { phasesOf, type Access, type Phase } from "../../core/ops/sharding.ts";
import type { PlannedSection, PlannedStep } from "../../shared/worker-tasks.ts";

/**
 * Less than this for each worker, and waking it costs more than it saves: passing a barrier takes some 5 µs while all
 * workers are awake, and ten times that when one has gone to sleep (2 cores, Zen 4 class, November 2026).
 */
const COST_PER_THREAD_NS = 100_000;

/** Work in order: each program runs `repeats` times. */
export interface Section {
  readonly program: Program;
  readonly repeats: number;
}

export interface Plan {
  readonly sections: readonly PlannedSection[];
  /** Names of records and marks by index. */
  readonly names: readonly string[];
}

/** How a tensor was touched since the last barrier: by which split, and whether it was written. */
interface Touch {
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
  visit(touches: readonly (Touch & { readonly offsetBytes: number })[], always: boolean): boolean {
    const needed = always || touches.some((touch) => this.#conflicts(touch));
    if (needed) this.#touches.clear();
    for (const { offsetBytes, split, write } of touches) {
      const seen = this.#touches.get(offsetBytes) ?? [];
      if (!seen.some((touch) => touch.split === split && touch.write === write)) seen.push({ split, write });
      this.#touches.set(offsetBytes, seen);
    }
    return needed;
  }

  #conflicts(touch: Touch & { readonly offsetBytes: number }): boolean {
    const seen = this.#touches.get(touch.offsetBytes) ?? [];
    return seen.some(
      (other) => (other.write || touch.write) && (other.split !== touch.split || touch.split === "all"),
    );
  }
}

/** Workers worth waking for a phase. */
function threadsFor(phase: Phase<Tensor>, threads: number): number {
  const worthwhile = Math.max(1, Math.floor(phase.costNs / COST_PER_THREAD_NS));
  return Math.min(threads, worthwhile, Math.max(1, phase.items));
}

function touchOf(
  access: Access<Tensor>,
  phase: Phase<Tensor>,
  threads: number,
): Touch & { offsetBytes: number } {
  const split = access.part === "all" && threads > 1 ? "all" : `${phase.axis}:${phase.items}:${threads}`;
  // One worker alone meets its own data whatever the split is called.
  return {
    offsetBytes: access.tensor.offsetBytes,
    split: threads === 1 ? "first" : split,
    write: access.write,
  };
}

function nameIndexOf(op: Op<Tensor>, names: string[]): number {
  if (op.op !== "record" && op.op !== "mark") return -1;
  const known = names.indexOf(op.name);
  return known >= 0 ? known : names.push(op.name) - 1;
}

function planProgram(
  program: Program,
  threads: number,
  names: string[],
  allocateBytes: (sizeBytes: number) => number,
): PlannedStep[] {
  const placed = program.ops.map((op) => {
    const phases = phasesOf(op);
    const partialStrideBytes = Math.ceil(Math.max(...phases.map((phase) => phase.partialBytes)) / 64) * 64;
    const partialThreads = threadsFor(phases[0]!, threads);
    const partialOffsetBytes =
      partialStrideBytes === 0 ? 0 : allocateBytes(partialStrideBytes * partialThreads);
    return { op, phases, partialStrideBytes, partialOffsetBytes, partialThreads };
  });
  const finder = new BarrierFinder();
  const pass = (): PlannedStep[] =>
    placed.flatMap(({ op, phases, partialStrideBytes, partialOffsetBytes, partialThreads }) =>
      phases.map((phase) => {
        const stepThreads = threadsFor(phase, threads);
        const touches = phase.accesses.map((access) => touchOf(access, phase, stepThreads));
        if (phase.name === "partial") {
          touches.push({
            offsetBytes: partialOffsetBytes,
            split: stepThreads === 1 ? "first" : "own",
            write: true,
          });
        } else if (phase.name === "reduce") {
          touches.push({
            offsetBytes: partialOffsetBytes,
            split: stepThreads === 1 && partialThreads === 1 ? "first" : "all",
            write: false,
          });
        }
        return {
          op,
          phase: phase.name,
          items: phase.items,
          threads: stepThreads,
          barrier: finder.visit(touches, op.op === "mark"),
          partialOffsetBytes,
          partialStrideBytes,
          partialThreads,
          nameIndex: nameIndexOf(op, names),
        } satisfies PlannedStep;
      }),
    );
  const first = pass();
  // A program repeats: what its end leaves behind decides the barriers of its next beginning.
  const second = pass();
  return first.map((step, index) => ({ ...step, barrier: step.barrier || second[index]?.barrier === true }));
}

/** Places every op of the sections: threads, barriers, scratch of partial results. */
export function planSections(
  sections: readonly Section[],
  threads: number,
  allocateBytes: (sizeBytes: number) => number,
): Plan {
  const names: string[] = [];
  return {
    sections: sections.map(({ program, repeats }) => ({
      steps: planProgram(program, threads, names, allocateBytes),
      repeats,
    })),
    names,
  };
}
