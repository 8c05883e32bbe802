import type { SweepSpec } from "../../shared/specs/sweep-spec.ts";

/** What one name of a sweep may be: values, or a range that a random sweep draws from. */
export type SweepChoices = Extract<SweepSpec, { kind: "random" }>["values"][string];

const RANGE = /^(\S+)\s+to\s+(\S+)((?:\s+(?:log|whole))*)$/i;

function parseValue(text: string): number | string | boolean {
  if (text === "true" || text === "false") return text === "true";
  return Number.isNaN(Number(text)) ? text : Number(text);
}

/** "0.1, 0.2" as values, numbers where they are numbers; "0.0001 to 0.1 log" or "16 to 256 whole" as a range. */
export function parseChoices(text: string): SweepChoices {
  const [, from, to, how = ""] = RANGE.exec(text.trim()) ?? [];
  const [min, max] = [Number(from), Number(to)];
  if (Number.isFinite(min) && Number.isFinite(max)) {
    const words = how.toLowerCase();
    return { min, max, log: words.includes("log"), whole: words.includes("whole") };
  }
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map(parseValue);
}
