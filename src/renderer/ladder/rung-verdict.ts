import type { RungDescription, RungResult } from "../../shared/experiments/ladder.ts";
import { formatNumber } from "../../shared/format/number.ts";
import type { Outcome } from "../ui/outcome-badge.tsx";

/** How a rung came out, as a word and a reason. */
export function rungVerdict(
  description: RungDescription,
  result: RungResult | undefined,
  { running }: { readonly running: boolean },
): Outcome {
  if (result === undefined) {
    if (description.unavailable !== "")
      return { tone: "plain", word: "not available", reason: description.unavailable };
    return running
      ? { tone: "plain", word: "waiting", reason: "its turn comes" }
      : { tone: "plain", word: "not run", reason: "" };
  }
  return resultVerdict(result);
}

/** The same for a rung that has a result. */
export function resultVerdict(result: RungResult): Outcome {
  const { status, note, maxDiff } = result;
  switch (status) {
    case "measured":
      return measuredVerdict(result);
    case "skipped":
      return { tone: "plain", word: "skipped", reason: without("skipped", note) };
    case "wrong":
      return {
        tone: "bad",
        word: "wrong",
        reason:
          note === ""
            ? `differs from the reference by up to ${formatNumber(maxDiff)}; it was not timed`
            : without("wrong", note),
      };
    case "unavailable":
      return { tone: "plain", word: "not available", reason: without("unavailable", note) };
    case "cancelled":
      return { tone: "plain", word: "cancelled", reason: without("cancelled", note) };
  }
}

function measuredVerdict({ rung, verified, note }: RungResult): Outcome {
  if (rung === "reference")
    return { tone: "good", word: "reference", reason: join("what all others must equal", note) };
  if (!verified) return { tone: "warn", word: "not verified", reason: note };
  return { tone: "good", word: "verified", reason: join("equals the reference within rounding", note) };
}

const join = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join("; ");

/** "skipped: about 21 min" beside the word "skipped" says it twice. */
function without(word: string, note: string): string {
  return note.toLowerCase().startsWith(`${word}:`) ? note.slice(word.length + 1).trim() : note;
}
