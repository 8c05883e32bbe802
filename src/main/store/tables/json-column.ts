import * as v from "valibot";
import { messageOf } from "../../../core/thrown.ts";
import { StoreError } from "../../../core/errors.ts";
import { issueAt } from "../../../shared/ipc/issue-words.ts";

/** Numbers that JSON has no form for; each is stored as {"$number": "<name>"}. */
const SPECIAL = new Map<string, number>([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);
const TAG = "$number";

/** Whether JSON would lose something of a value, or take something in it for a tag; most have nothing of either. */
function needsPacking(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value) || Object.is(value, -0);
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(needsPacking);
  return Object.keys(value).some((key) => key.startsWith("$")) || Object.values(value).some(needsPacking);
}

function pack(value: unknown): unknown {
  if (typeof value === "number") {
    if (Object.is(value, -0)) return { [TAG]: "-0" };
    return Number.isFinite(value) ? value : { [TAG]: String(value) };
  }
  if (Array.isArray(value)) return value.map(pack);
  if (typeof value !== "object" || value === null) return value;
  // A key of the data's own that looks like the tag gets one more $, so that the two never mix.
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [/^\$+number$/.test(key) ? `$${key}` : key, pack(entry)]),
  );
}

function unpack(value: unknown, special: (number: number) => number): unknown {
  if (Array.isArray(value)) return value.map((entry) => unpack(entry, special));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === TAG) {
    const number = SPECIAL.get(String(first[1]));
    if (number !== undefined) return special(number);
  }
  return Object.fromEntries(
    entries.map(([key, entry]) => [/^\$\$+number$/.test(key) ? key.slice(1) : key, unpack(entry, special)]),
  );
}

/** The text of a JSON column: as JSON, with NaN, the infinities and −0 kept. */
export function toJsonColumn(value: unknown): string {
  return JSON.stringify(needsPacking(value) ? pack(value) : value);
}

/** Reads what `toJsonColumn` wrote, unchecked. @throws {SyntaxError} */
export function parsePacked(text: string): unknown {
  const json: unknown = JSON.parse(text);
  return isPacked(text) ? unpack(json, (number) => number) : json;
}

/** Whether `unpack` would change anything: every key that it looks for has the tag in it. */
const isPacked = (text: string): boolean => text.includes(TAG);

/** Reads what `toJsonColumn` wrote. @throws {StoreError} If the text does not fit the schema; `where` names it. */
export function fromJsonColumn<S extends v.GenericSchema>(
  schema: S,
  text: string,
  where: string,
): v.InferOutput<S> {
  let problem: string;
  try {
    const json: unknown = JSON.parse(text);
    // The schemas' v.number() refuses NaN, which a diverged run measures: the shape is checked with zeros instead.
    const packed = isPacked(text);
    const checked = v.safeParse(schema, packed ? unpack(json, () => 0) : json);
    if (checked.success) return packed ? unpack(json, (number) => number) : json;
    const [issue] = checked.issues;
    problem = issueAt(issue);
  } catch (error) {
    problem = messageOf(error);
  }
  throw unreadable(where, problem);
}

/** Stored content that is not what this app writes; `where` names it. */
export const unreadable = (where: string, problem: string): StoreError =>
  new StoreError(
    `${where} cannot be read: ${problem}. It was changed outside this app or by a newer one; update the app, ` +
      "or restore the backup beside the database.",
  );
