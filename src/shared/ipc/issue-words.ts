import * as v from "valibot";
import { groupDigits, grouped } from "../../core/grouped.ts";

type Issue = v.BaseIssue<unknown>;

/** Most issues that are told at once: who mends those sees the others then. */
const MOST_TOLD = 5;
const MISSING = ": is missing: add it";
/** valibot's own wording, where a schema has none: "Invalid length: Expected <=60 but received 74". */
const UNWORDED = /^Invalid [\w ]+: (Expected|Received) /;

const KINDS: Readonly<Partial<Record<string, string>>> = {
  string: "text",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
  loose_object: "an object",
  strict_object: "an object",
  record: "an object",
  instance: "bytes",
  parse_json: "JSON",
};

/**
 * What is wrong with a value, in one sentence that names the field, the limit, what came and what to do: "title may
 * have at most 60 characters and has 74: shorten it". Words of the schema's own are kept; the field's name is put
 * before them where they do not say it.
 */
export function issueWords(issue: Issue): string {
  const field = fieldOf(issue);
  if (UNWORDED.test(issue.message)) return `${field} ${predicateOf(issue)}`.trim();
  const named = field === "" || issue.message.toLowerCase().includes(lastName(field));
  return named ? issue.message : `${field}: ${issue.message}`;
}

/** The same with the exact path in front, for who has the JSON before them: "layers.0.in: in must be at least 1". */
export function issueAt(issue: Issue): string {
  const path = v.getDotPath(issue);
  const words = UNWORDED.test(issue.message) ? predicateOf(issue) : issue.message;
  return path === null ? words : `${path}: ${words}`;
}

/** All issues with their paths: what is missing in one go, then the rest. */
export function issuesAt(issues: readonly Issue[]): string {
  const told = [...new Set(issues.map(issueAt))];
  const missing = told
    .filter((words) => words.endsWith(MISSING))
    .map((words) => words.slice(0, -MISSING.length));
  const rest = told.filter((words) => !words.endsWith(MISSING));
  const shown = rest.slice(0, MOST_TOLD);
  return [
    ...(missing.length > 1
      ? [`${missing.join(", ")} are missing: add them`]
      : missing.map((path) => path + MISSING)),
    ...shown,
    ...(rest.length > shown.length ? [`and ${rest.length - shown.length} more`] : []),
  ].join("; ");
}

/** All issues of a value, as sentences. */
export function issuesWords(issues: readonly Issue[]): string {
  const told = [...new Set(issues.map(issueWords))];
  const more = told.length > MOST_TOLD ? `; and ${told.length - MOST_TOLD} more` : "";
  return `${told.slice(0, MOST_TOLD).join("; ")}${more}`;
}

/** "run ids, entry 3", "valid rows": the end of the path, in words. */
function fieldOf({ path }: Issue): string {
  const keys = (path ?? []).map(({ key }) => key);
  const from = keys.findLastIndex((key) => typeof key === "string");
  return keys
    .slice(Math.max(0, from))
    .map((key) => (typeof key === "number" ? `entry ${key + 1}` : words(String(key))))
    .join(", ");
}

const words = (key: string): string =>
  key.replaceAll(/([a-z0-9])([A-Z])/g, (_, end: string, begin: string) => `${end} ${begin.toLowerCase()}`);

const lastName = (field: string): string => field.split(/[ ,]/)[0]?.toLowerCase() ?? "";

/** What follows the field's name. */
function predicateOf({ kind, type, expected, received, requirement, input }: Issue): string {
  const limit = typeof requirement === "number" ? grouped(requirement) : String(requirement);
  const unit = typeof input === "string" ? "characters" : "entries";
  switch (type) {
    case "max_length":
      return `may have at most ${limit} ${unit} and has ${groupDigits(received)}: ${
        unit === "characters" ? "shorten it" : "take fewer"
      }`;
    case "min_length":
      return received === "0"
        ? `is empty: ${unit === "characters" ? "write something" : "choose at least one"}`
        : `must have at least ${limit} ${unit} and has ${groupDigits(received)}`;
    case "min_value":
      return `must be at least ${limit}; it is ${shown(input)}`;
    case "max_value":
      return `must be at most ${limit}; it is ${shown(input)}`;
    case "integer":
      return `must be a whole number; it is ${shown(input)}`;
    case "finite":
      return `must be a finite number; it is ${shown(input)}`;
    case "undefined":
      return `takes no value; it has ${shown(input)}`;
    case "picklist":
    case "literal":
    case "variant":
      if (received === "undefined") return "is missing: add it";
      return `must be ${alternatives(expected)}; it is ${shown(input)}`;
    default: {
      if (expected === "never") return "is not known here: take it out";
      if (received === "undefined") return "is missing: add it";
      const wanted = KINDS[type];
      if (wanted !== undefined) return `must be ${wanted}; it is ${shown(input)}`;
      return kind === "schema" && expected !== null && expected !== "unknown"
        ? `must be ${alternatives(expected)}; it is ${shown(input)}`
        : `cannot be ${shown(input)}`;
    }
  }
}

/** `("a" | "b")` as `"a" or "b"`. */
function alternatives(expected: string | null): string {
  const options = (expected ?? "").replace(/^\((.*)\)$/, "$1").split(" | ");
  const all = options.map((option) => KINDS[option.toLowerCase()] ?? option);
  return all.length < 2 ? (all[0] ?? "") : `${all.slice(0, -1).join(", ")} or ${all.at(-1) ?? ""}`;
}

const LONGEST_SHOWN = 40;

/** A value as it is told: short, and never a whole document. */
function shown(value: unknown): string {
  if (typeof value === "string") {
    const short = value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value;
    return JSON.stringify(short);
  }
  if (typeof value === "number") return Number.isNaN(value) ? "no number" : String(value);
  if (value === undefined || value === null || typeof value === "boolean") return String(value ?? "nothing");
  if (ArrayBuffer.isView(value)) return "bytes";
  return Array.isArray(value) ? `a list of ${value.length}` : "an object";
}
