import type { Op } from "../../core/ops/op.ts";
import type { Program, Tensor } from "../../core/ops/recording-ops.ts";
import type { PlannedGroup, PlannedStep } from "../../shared/engine/worker-tasks.ts";

/** Plans of structures that are kept; the ones used last stay. */
const MOST_PLANS = 64;
/** Of one program: its partial results lie behind those of what is dispatched before it, with statistics or without. */
const MOST_PLACES = 4;

/** A plan with what must be put in its place for another program of the same structure. */
interface KnownPlan {
  readonly groups: readonly PlannedGroup[];
  /** The place of each step's op in its program, group by group; -1 for one that planning has put in others' stead. */
  readonly opPlaces: readonly (readonly number[])[];
  /** Partial results in the order in which they were allocated. */
  readonly partials: readonly { readonly offsetBytes: number; readonly sizeBytes: number }[];
}

/** What one program was planned for, and its plans by where partial results lay, the one made last first. */
interface OwnPlans {
  readonly key: string;
  readonly results: readonly Tensor[] | undefined;
  readonly plans: KnownPlan[];
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
  readonly #ofPrograms = new WeakMap<Program, OwnPlans>();
  /** Programs that had not to be planned. */
  hits = 0;
  /** Of these, those whose plan is the earlier one to the last byte. */
  unchanged = 0;

  /** A known plan with the program's own ops, or a new one by `make`; the very same where nothing differs. */
  plan(
    { program, results, structure, key }: ToPlan,
    places: PlanPlaces,
    make: (allocateBytes: Allocate) => PlannedGroup[],
  ): readonly PlannedGroup[] {
    const own = this.#ofPrograms.get(program);
    const [first] = own?.plans ?? [];
    if (own?.key === key && own.results === results && first !== undefined) {
      this.hits++;
      return this.#placedOwn(own.plans, first, places);
    }
    const like = structure === undefined ? null : `${key} ${structure}`;
    const known = like === null ? undefined : this.#ofStructures.get(like);
    if (like !== null && known !== undefined) {
      this.hits++;
      this.#keep(like, known);
      const { ops } = program;
      const partials = allocate(known.partials, places.allocateBytes);
      const groups = placed(known, partials, (step, place) => ops[place] ?? step.op, places.nameIndexOf);
      this.#ofPrograms.set(program, { key, results, plans: [{ ...known, groups, partials }] });
      return groups;
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
    this.#ofPrograms.set(program, { key, results, plans: [plan] });
    // An op that planning has put in others' stead would be the old program's.
    if (like !== null && !opPlaces.flat().includes(-1)) this.#keep(like, plan);
    return groups;
  }

  /** One of a program's own plans, or another one for new places. */
  #placedOwn(plans: KnownPlan[], first: KnownPlan, places: PlanPlaces): readonly PlannedGroup[] {
    const partials = allocate(first.partials, places.allocateBytes);
    const known = plans.find((plan) =>
      plan.partials.every(({ offsetBytes }, index) => offsetBytes === partials[index]?.offsetBytes),
    );
    if (known !== undefined && hasNames(known, places.nameIndexOf)) {
      this.unchanged++;
      return known.groups;
    }
    const groups = placed(first, partials, (step) => step.op, places.nameIndexOf);
    plans.unshift({ ...first, groups, partials });
    plans.splice(MOST_PLACES);
    return groups;
  }

  #keep(structure: string, plan: KnownPlan): void {
    this.#ofStructures.delete(structure);
    this.#ofStructures.set(structure, plan);
    const [oldest] = this.#ofStructures.keys();
    if (this.#ofStructures.size > MOST_PLANS && oldest !== undefined) this.#ofStructures.delete(oldest);
  }
}

const allocate = (partials: KnownPlan["partials"], allocateBytes: Allocate): KnownPlan["partials"] =>
  partials.map(({ sizeBytes }) => ({ offsetBytes: allocateBytes(sizeBytes), sizeBytes }));

/** Whether names have the numbers that they have in a plan. Asks for all of them: so they get their numbers. */
const hasNames = ({ groups }: KnownPlan, nameIndexOf: PlanPlaces["nameIndexOf"]): boolean =>
  groups
    .flatMap(({ steps }) => steps.map(({ op, nameIndex }) => nameIndexOf(op) === nameIndex))
    .every((isSame) => isSame);

/** A plan with its partial results at other places, and maybe another program's ops. */
function placed(
  { groups, opPlaces, partials: before }: KnownPlan,
  partials: KnownPlan["partials"],
  opOf: (step: PlannedStep, place: number) => Op<Tensor>,
  nameIndexOf: PlanPlaces["nameIndexOf"],
): PlannedGroup[] {
  const moved = new Map(
    before.map(({ offsetBytes }, index) => [offsetBytes, partials[index]?.offsetBytes ?? offsetBytes]),
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
