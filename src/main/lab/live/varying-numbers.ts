import { MAP_INPUTS, type MapStep, type StridedView } from "../../../core/ops/generic-op.ts";
import type { Op } from "../../../core/ops/op.ts";
import type { BufferTensor } from "../../../core/tensor/lower/lowered.ts";
import { structureOf } from "../../../core/tensor/lower/structure-of.ts";

/** What is known of programs that differ in nothing but buffers and the numbers in their expressions. */
interface Seen {
  readonly last: readonly number[];
  /** Places of the numbers that have changed. */
  readonly varying: Set<number>;
}
/** By the structure without numbers. */
export type SeenNumbers = Map<string, Seen>;

/** A program whose changing numbers it reads, so that the next one, with others, is the same program. */
export interface SteadyProgram {
  readonly ops: readonly Op<BufferTensor>[];
  /** The same for programs that differ only in which buffers they use and in what they read. */
  readonly key: string;
  /** Its buffers in the order of their places in the structure. */
  readonly order: readonly number[];
  /** What it reads, in a buffer of its own; null where no number has changed yet. */
  readonly numbers: { readonly tensor: BufferTensor; readonly values: readonly number[] } | null;
}

/** Programs without numbers that are remembered. */
const MOST_SEEN = 256;

type Expression = Op<BufferTensor> & { readonly op: "map" | "reduce" };
const isExpression = (op: Op<BufferTensor>): op is Expression => op.op === "map" || op.op === "reduce";

/** Each number of an op's expression, but for exponents, through a function, which says what stands in its place. */
const replaceNumbers = (op: Expression, replace: (value: number) => MapStep): readonly MapStep[] =>
  op.steps.map((step, at) => {
    const next = op.steps[at + 1];
    const isExponent = next !== undefined && "fn" in next && next.fn === "pow";
    return "value" in step && !isExponent ? replace(step.value) : step;
  });

/** −0 and numbers that are not finite have no text of their own in JSON. */
const said = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/**
 * Makes numbers that have changed since a program of this structure ran last inputs of it, as learning rates of a
 * schedule are. The kernels take a number and an input of one element by the same instructions; an exponent alone
 * stays, because they square where it is 2.
 *
 * @param temporaries Buffers that nothing outside the program reads. @param buffer A number that no buffer has.
 */
export function steadyProgram(
  ops: readonly Op<BufferTensor>[],
  temporaries: ReadonlySet<number>,
  { seen, buffer }: { readonly seen: SeenNumbers; readonly buffer: number },
): SteadyProgram {
  const found: number[] = [];
  const bare = ops.map((op) => {
    if (!isExpression(op)) return op;
    const steps = replaceNumbers(op, (value) => {
      found.push(Math.fround(value));
      return { value: 0 };
    });
    return { ...op, steps };
  });
  const { key: structure, buffers: order } = structureOf(bare, temporaries);
  const known = seen.get(structure);
  const varying = known?.varying ?? new Set();
  found.forEach((value, place) => {
    if (known !== undefined && !Object.is(value, known.last[place])) varying.add(place);
  });
  if (seen.size >= MOST_SEEN) seen.clear();
  seen.set(structure, { last: found, varying });
  const key = `${structure} ${found.map((value, place) => (varying.has(place) ? "…" : said(value))).join(" ")}`;
  if (varying.size === 0) return { ops, key, order, numbers: null };

  const tensor: BufferTensor = {
    name: "numbers",
    shape: [varying.size],
    dtype: "float32",
    buffer,
    offset: 0,
  };
  const values: number[] = [];
  let place = 0;
  const reading = ops.map((op) => {
    if (!isExpression(op)) return op;
    const inputs: StridedView<BufferTensor>[] = [...op.inputs];
    const steps = replaceNumbers(op, (value) => {
      if (!varying.has(place++)) return { value };
      values.push(value);
      inputs.push({ tensor, offset: values.length - 1, strides: op.shape.map(() => 0) });
      return { input: inputs.length - 1 };
    });
    return { ...op, inputs, steps };
  });
  const tooMany = reading.some((op) => isExpression(op) && op.inputs.length > MAP_INPUTS);
  return tooMany
    ? { ops, key: `${structure} ${found.map(said).join(" ")}`, order, numbers: null }
    : { ops: reading, key, order: [...order, buffer], numbers: { tensor, values } };
}
