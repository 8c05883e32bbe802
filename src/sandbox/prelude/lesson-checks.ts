// What the checks of lessons can say beyond the language that students have.
import { AssertionError } from "./checks.ts";
import { tensor } from "./functions.ts";
import { host } from "./host.ts";
import { handleOf, isTensor, type Tensor } from "./tensor.ts";

type Nested = number | boolean | readonly Nested[];
type Value = Tensor | Float32Array | Nested;
interface EqualOptions {
  readonly rtol?: number;
  readonly atol?: number;
  /** What known mistakes give, by words that follow "comes out when". */
  readonly mistakes?: Readonly<Record<string, Value | (() => Value)>>;
}

const kindOf = (value: unknown): string => {
  if (value === undefined) return "nothing: is a return missing?";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array of other things than numbers";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
};

/** @throws {AssertionError} If it is nothing that has numbers. */
function numbersOf(what: string, value: unknown): Tensor {
  if (isTensor(value)) return value;
  if (typeof value === "number" || typeof value === "boolean") return tensor(Number(value), []);
  if (value instanceof Float32Array) return tensor(value);
  if (Array.isArray(value) && value.length > 0) {
    try {
      return tensor(value as Nested);
    } catch {
      // Said below.
    }
  }
  throw new AssertionError(`${what} is ${kindOf(value)}; numbers are expected.`);
}

/** Ends the check: the exercise is not solved, and why. */
export function fail(message: string): never {
  throw new AssertionError(message);
}

/**
 * Ends the check unless a value is right; says how it is wrong and which known mistake gives just these numbers. A
 * function as the expected value is computed in float64.
 */
export function equal(
  what: string,
  actual: unknown,
  expected: Value | (() => Tensor),
  { rtol = 1e-4, atol = 1e-5, mistakes = {} }: EqualOptions = {},
): void {
  const own = numbersOf(what, actual);
  const names = Object.keys(mistakes);
  const made = () =>
    Object.values(mistakes).map((one) => numbersOf(what, typeof one === "function" ? one() : one));
  const judge = (right: Tensor, exact: 0 | 1, wrong: readonly Tensor[]): string =>
    host.judgeValue(
      handleOf(own),
      handleOf(right),
      exact,
      rtol,
      atol,
      names.slice(0, wrong.length).join("\n"),
      ...wrong.map(handleOf),
    );
  const judged = (wrong: readonly Tensor[]): string => {
    if (typeof expected !== "function") return judge(numbersOf(what, expected), 0, wrong);
    host.checkBegin();
    try {
      return judge(numbersOf(what, expected()), 1, wrong);
    } finally {
      host.checkCancel();
    }
  };
  // What mistakes give is computed only where something is wrong.
  if (judged([]) === "") return;
  throw new AssertionError(`${what} is wrong: ${judged(made())}.`);
}

/** Ends the check unless from ≤ value ≤ to. `hints` say what other values are signs of, by words. */
export function within(
  what: string,
  value: unknown,
  from: number,
  to: number,
  signs: Readonly<Record<string, readonly [number, number]>> = {},
): void {
  const number = numbersOf(what, value);
  if (number.numel !== 1) fail(`${what} has shape (${number.shape.join(", ")}); one number is expected.`);
  const found = number.item();
  if (found >= from && found <= to) return;
  const sign = Object.entries(signs).find(([, [low, high]]) => found >= low && found <= high);
  const why = sign === undefined ? "" : `: ${sign[0]}`;
  fail(
    `${what} is ${+found.toPrecision(4)}; it should lie between ${from} and ${to}${why}${/[.?]$/.test(why) ? "" : "."}`,
  );
}

/** Ends the check unless f throws an error whose message has the given text. */
export function throws(what: string, f: () => unknown, text = ""): void {
  let message: string | null = null;
  try {
    f();
  } catch (error) {
    message = error instanceof Error ? error.message : String(error);
  }
  if (message === null) fail(`${what} throws no error where it should.`);
  if (!message.includes(text)) fail(`${what} throws "${message}", which does not say "${text}".`);
}

/** Runs f and waits for its numbers. */
function msOf(f: () => unknown): number {
  const began = Date.now();
  const made = f();
  if (isTensor(made)) made.sum().item();
  return Date.now() - began;
}

/**
 * Ends the check unless `fast` beats `slow` by a factor at least once in several turns. Use it for differences that are
 * many times as large, and beside a check of the numbers, never alone: machines are busy with other things.
 */
export function faster(
  what: string,
  slow: () => unknown,
  fast: () => unknown,
  { times = 2, turns = 5 }: { readonly times?: number; readonly turns?: number } = {},
): void {
  let best = 0;
  for (let turn = 0; turn < turns; turn++) {
    const [slowMs, fastMs] = [msOf(slow), msOf(fast)];
    // Whole milliseconds: less than one counts as one.
    best = Math.max(best, slowMs / Math.max(1, fastMs));
    if (best >= times) return;
  }
  fail(
    `${what}: in ${turns} turns it was at most ${best.toPrecision(2)} times as fast; ${times} times are expected.`,
  );
}
