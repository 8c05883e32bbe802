import { InvalidArgumentError, Option } from "commander";
import { INSTRUCTION_SETS } from "../../shared/engine/instruction-sets.ts";
import { MOST_THREADS } from "../../shared/specs/threads.ts";
import { availableThreads } from "../engine/available-threads.ts";

export const DATABASE = ["--database <file>", "database to use instead of the app's"] as const;
export const FORCE = ["--force", "replace files that are there already"] as const;

/** Of commands that are told no other number. */
export const USUAL_THREADS = availableThreads();

export const kernelsOption = (): Option =>
  new Option(
    "--kernels <set>",
    "compute with these kernels and no others (default: those chosen for this machine)",
  ).choices(INSTRUCTION_SETS);

/** A whole number of at least `minimum`. */
export const wholeNumber =
  (minimum: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < minimum) {
      throw new InvalidArgumentError(`expected a whole number of at least ${minimum}.`);
    }
    return value;
  };

/** Items with commas between. */
export const list = (text: string): readonly string[] =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

/** Said before any thread is started: a thousand of them would look like a damaged installation. */
export function threadCount(text: string): number {
  const value = wholeNumber(1)(text);
  if (value > MOST_THREADS) {
    throw new InvalidArgumentError(
      `expected at most ${MOST_THREADS} threads; ${availableThreads()} cores can be used here.`,
    );
  }
  return value;
}

const MS_PER_UNIT = { ms: 1, s: 1_000, m: 60_000 } as const;

/** A length of time, 60s, 500ms, 2m or seconds, in milliseconds. */
export function duration(text: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*(ms|s|m)?$/.exec(text.trim());
  const unit = (found?.[2] ?? "s") as keyof typeof MS_PER_UNIT;
  const ms = Math.round(Number(found?.[1]) * MS_PER_UNIT[unit]);
  if (!(ms > 0)) {
    throw new InvalidArgumentError("expected a length of time above 0, such as 60s, 500ms or 2m.");
  }
  return ms;
}
