import type { Op } from "../../core/ops/op.ts";
import type { Tensor } from "../../core/ops/recording-ops.ts";
import type { PlannedGroup } from "../../shared/engine/worker-tasks.ts";

/** Plans that are kept; the ones used last stay. */
const MOST_PLANS = 64;

/** A plan with what must be put in its place for another program of the same structure. */
interface KnownPlan {
  readonly groups: readonly PlannedGroup[];
  /** The place of each step's op in its program, group by group. */
  readonly opPlaces: readonly (readonly number[])[];
  /** Partial results in the order in which they were allocated. */
  readonly partials: readonly { readonly offsetBytes: number; readonly sizeBytes: number }[];
}

type Allocate = (sizeBytes: number) => number;

/**
 * Plans by the structure of their program: programs that differ only in where their tensors lie have the same groups,
 * threads and barriers.
 */
export class PlanCache {
  readonly #plans = new Map<string, KnownPlan>();
  hits = 0;

  /** The plan of a program of this structure: a known one with the program's own ops, or a new one by `make`. */
  plan(
    structure: string,
    ops: readonly Op<Tensor>[],
    allocateBytes: Allocate,
    make: (allocateBytes: Allocate) => PlannedGroup[],
  ): PlannedGroup[] {
    const known = this.#plans.get(structure);
    if (known !== undefined) {
      this.hits++;
      this.#keep(structure, known);
      return placed(known, ops, allocateBytes);
    }
    const partials: { offsetBytes: number; sizeBytes: number }[] = [];
    const groups = make((sizeBytes) => {
      const offsetBytes = allocateBytes(sizeBytes);
      partials.push({ offsetBytes, sizeBytes });
      return offsetBytes;
    });
    const places = new Map(ops.map((op, place) => [op, place]));
    const opPlaces = groups.map(({ steps }) => steps.map(({ op }) => places.get(op) ?? -1));
    // An op that planning has put in others' stead would be the old program's.
    if (!opPlaces.flat().includes(-1)) this.#keep(structure, { groups, opPlaces, partials });
    return groups;
  }

  #keep(structure: string, plan: KnownPlan): void {
    this.#plans.delete(structure);
    this.#plans.set(structure, plan);
    const [oldest] = this.#plans.keys();
    if (this.#plans.size > MOST_PLANS && oldest !== undefined) this.#plans.delete(oldest);
  }
}

function placed(
  { groups, opPlaces, partials }: KnownPlan,
  ops: readonly Op<Tensor>[],
  allocateBytes: Allocate,
): PlannedGroup[] {
  const moved = new Map(
    partials.map(({ offsetBytes, sizeBytes }) => [offsetBytes, allocateBytes(sizeBytes)]),
  );
  return groups.map((group, index) => ({
    ...group,
    steps: group.steps.map((step, at) => ({
      ...step,
      op: ops[opPlaces[index]?.[at] ?? -1] ?? step.op,
      partialOffsetBytes: moved.get(step.partialOffsetBytes) ?? step.partialOffsetBytes,
    })),
  }));
}
