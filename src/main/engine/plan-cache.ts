import type { Op } from "../../core/ops/op.ts";
import type { Program, Tensor } from "../../core/ops/recording-ops.ts";
import type { PlannedGroup, PlannedStep } from "../../shared/engine/worker-tasks.ts";

/** Plans of structures that are kept; the ones used last stay. */
const MOST_PLANS = 64;

/** A plan with what must be put in its place for another program of the same structure. */
interface KnownPlan {
  readonly groups: readonly PlannedGroup[];
  /** The place of each step's op in its program, group by group; -1 for one that planning has put in others' stead. */
  readonly opPlaces: readonly (readonly number[])[];
  /** Partial results in the order in which they were allocated. */
  readonly partials: readonly { readonly offsetBytes: number; readonly sizeBytes: number }[];
}

/** A plan of one program, with what it was made for. */
interface OwnPlan {
  readonly key: string;
  readonly results: readonly Tensor[] | undefined;
  readonly plan: KnownPlan;
}

type Allocate = (sizeBytes: number) => number;

/** What is to be planned, and what plans of it depend on. */
export interface ToPlan {
  readonly program: Program;
  readonly results: readonly Tensor[] | undefined;
  /** The same for programs that differ only in where their tensors lie. */
  readonly structure: string | undefined;
  /** Threads, caches: all else that decides about a plan. */
  readonly key: string;
}

/** What a plan has of its dispatch alone. */
export interface PlanPlaces {
  /** Gives partial results their place. */
  readonly allocateBytes: Allocate;
  /** The number of an op's name among the names of the dispatch. */
  readonly nameIndexOf: (op: Op<Tensor>) => number;
}

/**
 * Plans that were made before: of the very same program, as a training runs it again and again, or of one with the same
 * structure. Programs that differ only in where their tensors lie have the same groups, threads and barriers.
 */
export class PlanCache {
  readonly #ofStructures = new Map<string, KnownPlan>();
  readonly #ofPrograms = new WeakMap<Program, OwnPlan>();
  hits = 0;

  /** A known plan with the program's own ops, or a new one by `make`. */
  plan(
    { program, results, structure, key }: ToPlan,
    places: PlanPlaces,
    make: (allocateBytes: Allocate) => PlannedGroup[],
  ): PlannedGroup[] {
    const own = this.#ofPrograms.get(program);
    if (own?.key === key && own.results === results) {
      this.hits++;
      return placed(own.plan, (step) => step.op, places);
    }
    const like = structure === undefined ? null : `${key} ${structure}`;
    const known = like === null ? undefined : this.#ofStructures.get(like);
    if (like !== null && known !== undefined) {
      this.hits++;
      this.#keep(like, known);
      const { ops } = program;
      return placed(known, (step, place) => ops[place] ?? step.op, places);
    }
    const partials: { offsetBytes: number; sizeBytes: number }[] = [];
    const groups = make((sizeBytes) => {
      const offsetBytes = places.allocateBytes(sizeBytes);
      partials.push({ offsetBytes, sizeBytes });
      return offsetBytes;
    });
    const opAt = new Map(program.ops.map((op, place) => [op, place]));
    const opPlaces = groups.map(({ steps }) => steps.map(({ op }) => opAt.get(op) ?? -1));
    const plan = { groups, opPlaces, partials };
    if (like === null) this.#ofPrograms.set(program, { key, results, plan });
    // An op that planning has put in others' stead would be the old program's.
    else if (!opPlaces.flat().includes(-1)) this.#keep(like, plan);
    return groups;
  }

  #keep(structure: string, plan: KnownPlan): void {
    this.#ofStructures.delete(structure);
    this.#ofStructures.set(structure, plan);
    const [oldest] = this.#ofStructures.keys();
    if (this.#ofStructures.size > MOST_PLANS && oldest !== undefined) this.#ofStructures.delete(oldest);
  }
}

function placed(
  { groups, opPlaces, partials }: KnownPlan,
  opOf: (step: PlannedStep, place: number) => Op<Tensor>,
  { allocateBytes, nameIndexOf }: PlanPlaces,
): PlannedGroup[] {
  const moved = new Map(
    partials.map(({ offsetBytes, sizeBytes }) => [offsetBytes, allocateBytes(sizeBytes)]),
  );
  return groups.map((group, index) => ({
    ...group,
    steps: group.steps.map((step, at) => {
      const op = opOf(step, opPlaces[index]?.[at] ?? -1);
      const partialOffsetBytes = moved.get(step.partialOffsetBytes) ?? step.partialOffsetBytes;
      return { ...step, op, partialOffsetBytes, nameIndex: nameIndexOf(op) };
    }),
  }));
}
