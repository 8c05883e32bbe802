import * as v from "valibot";
import { randomStream } from "../../core/random/random-stream.ts";
import { fitWidths } from "./fit-widths.ts";
import { issueAt } from "../ipc/issue-words.ts";
import { trainLayerSpecSchema } from "./layer-spec.ts";
import { trainSpecSchema, type TrainSpec } from "./train-spec.ts";
import { grouped } from "../../core/grouped.ts";

/** More than anybody waits for, on a cluster too; every one of them is checked before the first begins. */
export const MOST_TRAININGS = 100_000;

/** The draws of a random sweep, apart from those of its trainings. */
const SWEEP_STREAM = 77;

/** Enough to find a value, few enough to read it. */
const DRAWN_DIGITS = 6;

const value = v.union([v.number(), v.string(), v.boolean(), v.null()]);
/** A range to draw from, evenly or evenly in the logarithm. */
const range = v.pipe(
  v.strictObject({
    min: v.pipe(v.number(), v.finite()),
    max: v.pipe(v.number(), v.finite()),
    log: v.optional(v.boolean(), false),
    whole: v.optional(v.boolean(), false),
  }),
  v.check(
    ({ min, max, log }) => min < max && (!log || min > 0),
    ({ input: { min, max, log } }) =>
      `expected a range from less to more${log ? ", from above 0 for log" : ""}; got ${min} to ${max}`,
  ),
  v.check(
    ({ min, max, whole }) => !whole || Math.ceil(min) <= Math.floor(max),
    ({ input: { min, max } }) => `there is no whole number from ${min} to ${max}`,
  ),
);

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
    seed: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffffff)), 1),
    values: v.record(v.string(), v.union([v.pipe(v.array(value), v.minLength(1)), range])),
  }),
]);
export type SweepSpec = v.InferOutput<typeof sweepSpecSchema>;
export type SweepChoice = Readonly<Record<string, string | number | boolean | null>>;

/** One training of a sweep, and what tells it from the others. */
export interface SweepTraining {
  readonly spec: TrainSpec;
  readonly choice: SweepChoice;
  /** "optimizer.lr 0.1, seed 2". */
  readonly note: string;
}

/** The combination of a grid at a place in their order, the last name changing fastest. */
function combinationAt(
  values: Readonly<Record<string, readonly SweepChoice[string][]>>,
  place: number,
): SweepChoice {
  let rest = place;
  const chosen = Object.entries(values)
    .toReversed()
    .map(([name, options]) => {
      const option = options[rest % options.length] ?? null;
      rest = Math.floor(rest / options.length);
      return [name, option] as const;
    });
  return Object.fromEntries(chosen.toReversed());
}

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

const WIDTH = /^layers\..*\.out$/;

/** A layer of another width hands it to the next: the inputs follow. */
function withFittedWidths(spec: unknown): unknown {
  const layers = v.safeParse(v.looseObject({ layers: v.array(trainLayerSpecSchema) }), spec);
  return layers.success ? { ...layers.output, layers: fitWidths(layers.output.layers) } : spec;
}

function drawn(values: Extract<SweepSpec, { kind: "random" }>["values"], next: () => number): SweepChoice {
  return Object.fromEntries(
    Object.entries(values).map(([name, options]) => {
      if (Array.isArray(options)) return [name, options[Math.floor(next() * options.length)] ?? null];
      const { log, whole } = options;
      const [least, most] = [Math.ceil(options.min), Math.floor(options.max)];
      // A whole number stands for the half on either side of it, so that the ends come up as often as the others.
      const [min, max] = whole ? [least - 0.5, most + 0.5] : [options.min, options.max];
      const part = next();
      const value = log ? min * (max / min) ** part : min + (max - min) * part;
      if (whole) return [name, Math.min(most, Math.max(least, Math.round(value)))];
      return [name, Number(value.toPrecision(DRAWN_DIGITS))];
    }),
  );
}

/** @throws {RangeError} If a path of the choice leads nowhere in the spec. */
export function withChoice(base: unknown, choice: SweepChoice): v.SafeParseResult<typeof trainSpecSchema> {
  const json = Object.entries(choice).reduce<unknown>(
    (spec, [name, chosen]) => withValue(spec, name.split("."), chosen),
    base,
  );
  const widths = Object.keys(choice).some((name) => WIDTH.test(name));
  return v.safeParse(trainSpecSchema, widths ? withFittedWidths(json) : json);
}

function trainingOf(base: unknown, choice: SweepChoice): SweepTraining {
  const note = Object.entries(choice)
    .map(([name, chosen]) => `${name} ${String(chosen)}`)
    .join(", ");
  const checked = withChoice(base, choice);
  if (checked.success) return { spec: checked.output, choice, note };
  const [issue] = checked.issues;
  throw new RangeError(`${note}: ${issueAt(issue)}`);
}

/** Counted before they are built: nine lists of ten are a billion. @throws {RangeError} If there are too many. */
export function countTrainings(sweep: SweepSpec): number {
  const count =
    sweep.kind === "random"
      ? sweep.count
      : Object.values(sweep.values).reduce((product, options) => product * options.length, 1);
  if (count > MOST_TRAININGS) {
    throw new RangeError(
      `the sweep has ${grouped(count)} trainings; expected at most ${grouped(MOST_TRAININGS)}: take fewer values, or draw some with "kind": "random"`,
    );
  }
  return count;
}

/**
 * At most so many trainings of a sweep, as they are among all of them: of a grid spread over it from the first to the
 * last, of a random sweep the first.
 *
 * @throws {RangeError} As `expandSweep`.
 */
export function sampleSweep(sweep: SweepSpec, most: number): readonly SweepTraining[] {
  const count = countTrainings(sweep);
  const size = Math.min(most, count);
  if (sweep.kind === "grid") {
    const apart = size < 2 ? 0 : (count - 1) / (size - 1);
    return Array.from({ length: size }, (_, index) =>
      trainingOf(sweep.base, combinationAt(sweep.values, Math.round(index * apart))),
    );
  }
  const stream = randomStream(sweep.seed, SWEEP_STREAM);
  return Array.from({ length: size }, () =>
    trainingOf(
      sweep.base,
      drawn(sweep.values, () => stream.next()),
    ),
  );
}

/**
 * The trainings of a sweep, in order; the same sweep gives the same ones. Where the width of a layer is chosen, the
 * inputs of the layers after it follow.
 *
 * @throws {RangeError} If there are too many, a path leads nowhere, or a spec does not fit: says which and why.
 */
export const expandSweep = (sweep: SweepSpec): readonly SweepTraining[] => sampleSweep(sweep, MOST_TRAININGS);
