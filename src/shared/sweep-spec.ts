import * as v from "valibot";
import { trainSpecSchema, type TrainSpec } from "./train-spec.ts";

const MOST_TRAININGS = 500;

const value = v.union([v.number(), v.string(), v.boolean(), v.null()]);
/** A range to draw from, evenly or evenly in the logarithm. */
const range = v.strictObject({
  min: v.number(),
  max: v.number(),
  log: v.optional(v.boolean(), false),
  whole: v.optional(v.boolean(), false),
});

/**
 * Trainings that differ in some values of a spec, named by their path ("optimizer.lr", "seed", "layers.0.out"): all
 * combinations of a grid, or so many drawn at random.
 */
export const sweepSpecSchema = v.variant("kind", [
  v.strictObject({
    kind: v.literal("grid"),
    base: v.looseObject({}),
    values: v.record(v.string(), v.pipe(v.array(value), v.minLength(1))),
  }),
  v.strictObject({
    kind: v.literal("random"),
    base: v.looseObject({}),
    count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_TRAININGS)),
    seed: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 1),
    values: v.record(v.string(), v.union([v.pipe(v.array(value), v.minLength(1)), range])),
  }),
]);
export type SweepSpec = v.InferOutput<typeof sweepSpecSchema>;
type Choice = Readonly<Record<string, string | number | boolean | null>>;

/** One training of a sweep, and what tells it from the others. */
export interface SweepTraining {
  readonly spec: TrainSpec;
  readonly choice: Choice;
  /** "optimizer.lr 0.1, seed 2". */
  readonly note: string;
}

/** All combinations, the last name changing fastest. */
const combinations = (values: Readonly<Record<string, readonly Choice[string][]>>): Choice[] =>
  Object.entries(values).reduce<Choice[]>(
    (choices, [name, options]) =>
      choices.flatMap((choice) => options.map((option) => ({ ...choice, [name]: option }))),
    [{}],
  );

/** A copy of `spec` with the value at a path of keys and indices replaced. @throws {RangeError} If there is no such place. */
function withValue(spec: unknown, path: readonly string[], replacement: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  if (Array.isArray(spec)) {
    const index = Number(key);
    if (!Number.isInteger(index) || index < 0 || index >= spec.length) {
      throw new RangeError(`there is no element ${key}; the list has ${spec.length}`);
    }
    return spec.map((entry: unknown, i) => (i === index ? withValue(entry, rest, replacement) : entry));
  }
  if (typeof spec !== "object" || spec === null) throw new RangeError(`there is nothing called ${key}`);
  return { ...spec, [key]: withValue((spec as Record<string, unknown>)[key], rest, replacement) };
}

function drawn(values: Extract<SweepSpec, { kind: "random" }>["values"], next: () => number): Choice {
  return Object.fromEntries(
    Object.entries(values).map(([name, options]) => {
      if (Array.isArray(options)) return [name, options[Math.floor(next() * options.length)] ?? null];
      const { min, max, log, whole } = options;
      const part = next();
      const drawnValue = log ? min * (max / min) ** part : min + (max - min) * part;
      return [name, whole ? Math.round(drawnValue) : drawnValue];
    }),
  );
}

/**
 * The trainings of a sweep, in order. `next` gives uniform draws in [0, 1) for a random one.
 *
 * @throws {RangeError} If there are too many, a path leads nowhere, or a spec does not fit: says which and why.
 */
export function expandSweep(sweep: SweepSpec, next: () => number): readonly SweepTraining[] {
  const choices =
    sweep.kind === "grid"
      ? combinations(sweep.values)
      : Array.from({ length: sweep.count }, () => drawn(sweep.values, next));
  if (choices.length > MOST_TRAININGS) {
    throw new RangeError(`the sweep has ${choices.length} trainings; expected at most ${MOST_TRAININGS}`);
  }
  return choices.map((choice) => {
    const note = Object.entries(choice)
      .map(
        ([name, chosen]) =>
          `${name} ${typeof chosen === "number" ? Number(chosen.toPrecision(6)) : String(chosen)}`,
      )
      .join(", ");
    const json = Object.entries(choice).reduce<unknown>(
      (spec, [name, chosen]) => withValue(spec, name.split("."), chosen),
      sweep.base,
    );
    const checked = v.safeParse(trainSpecSchema, json);
    if (checked.success) return { spec: checked.output, choice, note };
    const [issue] = checked.issues;
    const place = v.getDotPath(issue);
    throw new RangeError(`${note}: ${place === null ? "" : `${place}: `}${issue.message}`);
  });
}
