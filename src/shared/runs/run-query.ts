import { listedKindSchema, runStatusSchema } from "./run-records.ts";

/** A value that a run has under a field's name; undefined where it has none. */
export type FieldValue = string | number | boolean | readonly string[] | undefined;

type Operator = ":" | "=" | "!=" | "<" | "<=" | ">" | ">=";

interface Term {
  readonly negated: boolean;
  /** Null searches the texts: name, notes, tags, id. */
  readonly field: string | null;
  readonly operator: Operator;
  /** One of them has to match. */
  readonly values: readonly string[];
}

/** Terms that all have to match. */
export type RunQuery = readonly Term[];

/** What a query is asked of. */
export interface Searchable {
  readonly field: (name: string) => FieldValue;
  /** What a word without a field is looked for in, in lower case. */
  readonly text: string;
}

/** A query that cannot be understood; the message says where and what would be right. */
export class QueryError extends SyntaxError {
  override readonly name = "QueryError";
}

const OPERATOR = /^(!=|<=|>=|:|=|<|>)/;
/** Letters of a field's name; blanks only between quotes: `last."gradient norm"`. */
const FIELD = /^(?:[\p{L}\p{N}_.-]|"[^"]*")+(?=!=|<=|>=|[:=<>])/u;

/**
 * Reads a query: `kind:train lr>0.01 tag:keep "cosine"`. Terms are separated by blanks and all have to match.
 *
 * - `word` or `"several words"`: in name, notes, tags or id; upper and lower case are alike.
 * - `field:value`: holds the text, or equals the number; `field:a,b` is either.
 * - `field=value`, `!=`, `<`, `<=`, `>`, `>=`: numbers, or texts in alphabetical order (dates too).
 * - `is:pinned`, `is:archived`, `is:latest` (newest of its name), `is:kept` (interrupted, and kept as it is), `is:notFinite` (ends with NaN or infinity), `has:notes`, `has:tags`.
 * - `-term`: must not match.
 *
 * @throws {QueryError}
 */
export function parseRunQuery(text: string): RunQuery {
  const terms: Term[] = [];
  let rest = text.trimStart();
  while (rest !== "") {
    const negated = rest.startsWith("-") && rest.length > 1 && !/^-\s/.test(rest);
    if (negated) rest = rest.slice(1);
    const field = FIELD.exec(rest)?.[0] ?? null;
    let operator: Operator = ":";
    if (field !== null) {
      rest = rest.slice(field.length);
      operator = (OPERATOR.exec(rest)?.[0] ?? ":") as Operator;
      rest = rest.slice(operator.length);
    }
    const values: string[] = [];
    do {
      if (values.length > 0) rest = rest.slice(1);
      const taken = takeValue(rest, text, field !== null);
      values.push(taken.value);
      rest = taken.rest;
    } while (field !== null && rest.startsWith(","));
    if (/^[<>]/.test(operator) && values.length > 1) {
      throw new QueryError(`"${field ?? ""}${operator}": one value is expected, not a list`);
    }
    const name = field === null ? null : field.replaceAll('"', "");
    const problem = name === null ? "" : misread(name, operator, values);
    if (problem !== "") throw new QueryError(problem);
    terms.push({ negated, field: name, operator, values });
    rest = rest.trimStart();
  }
  return terms;
}

/** What fields of few words can say. */
const WORDS: Readonly<Partial<Record<string, readonly string[]>>> = {
  kind: listedKindSchema.options,
  status: runStatusSchema.options,
  is: ["pinned", "latest", "archived", "kept", "notFinite", "deleted"],
  has: ["notes", "tags"],
};
const TIMES: readonly string[] = ["started", "finished"];
/** As far as somebody cares to say; compared as the texts that they are. */
const TIME = /^\d{4}(-\d\d(-\d\d(t[\d:.]*z?)?)?)?$/i;

/** What cannot hold for any run, so that with "-" in front it would for all; "" where it can. */
function misread(field: string, operator: Operator, values: readonly string[]): string {
  const words = WORDS[field];
  for (const value of values) {
    if (words?.every((word) => !word.toLowerCase().includes(value.toLowerCase())) === true) {
      return `${field}:${value} is not known: ${field} can be ${words.join(", ")}`;
    }
    if (TIMES.includes(field) && operator !== ":" && !TIME.test(value)) {
      return `${field}${operator}${value}: a time in UTC is expected, for example ${field}>=2026-11-01 or ${field}<2026-11-01T09:30`;
    }
  }
  return "";
}

function takeValue(rest: string, whole: string, ofField: boolean): { value: string; rest: string } {
  if (rest.startsWith('"')) {
    const end = rest.indexOf('"', 1);
    if (end < 0) {
      throw new QueryError(
        `the quotation mark at character ${whole.length - rest.length + 1} is not closed: write "…"`,
      );
    }
    return { value: rest.slice(1, end), rest: rest.slice(end + 1) };
  }
  const value = (ofField ? /^[^\s,]*/ : /^\S*/).exec(rest)?.[0] ?? "";
  if (/^(?:!=|[<=>])/.test(value)) {
    const at = `${value} at character ${whole.length - rest.length + 1}`;
    throw new QueryError(
      ofField
        ? `${at} is no value: one of : = != < <= > >= stands between name and value, as in lr>0.01; a text that begins so stands in quotation marks`
        : `${at} has no name before it: write lr>0.01, without blanks; a text that begins so stands in quotation marks`,
    );
  }
  if (value === "") {
    throw new QueryError(
      `a value is missing at character ${whole.length - rest.length + 1}: for example kind:train or lr>0.01`,
    );
  }
  return { value, rest: rest.slice(value.length) };
}

/** Does everything in the query hold for it? */
export const matchesQuery = (query: RunQuery, run: Searchable): boolean =>
  query.every((term) => termMatches(term, run) !== term.negated);

function termMatches({ field, operator, values }: Term, run: Searchable): boolean {
  if (field === null) return values.every((value) => run.text.includes(value.toLowerCase()));
  const found = run.field(field);
  if (operator === "!=") return !values.some((value) => compare(found, "=", value));
  return values.some((value) => compare(found, operator, value));
}

/** Numbers that people write as words. */
const SPECIAL: Readonly<Record<string, number>> = {
  inf: Infinity,
  "+inf": Infinity,
  infinity: Infinity,
  "∞": Infinity,
  "-inf": -Infinity,
  "-infinity": -Infinity,
  "−∞": -Infinity,
};

/** Whether numbers can be compared with it: "0.01", "inf" and "nan" are such, "abc" is not. */
export const isNumberWord = (value: string): boolean =>
  value.toLowerCase() === "nan" || !Number.isNaN(SPECIAL[value.toLowerCase()] ?? Number(value));

function compare(found: FieldValue, operator: Operator, value: string): boolean {
  if (found === undefined) return false;
  if (Array.isArray(found)) return found.some((one: string) => compare(one, operator, value));
  if (typeof found === "number") {
    const wanted = SPECIAL[value.toLowerCase()] ?? Number(value);
    // NaN is neither below nor above anything, and is found by its name.
    if (Number.isNaN(found) || value.toLowerCase() === "nan") {
      return (operator === ":" || operator === "=") && Number.isNaN(found) && value.toLowerCase() === "nan";
    }
    if (Number.isNaN(wanted)) return operator === ":" && String(found).startsWith(value);
    return inOrder(found === wanted ? 0 : found < wanted ? -1 : 1, operator);
  }
  const [text, wanted] = [String(found).toLowerCase(), value.toLowerCase()];
  if (operator === ":") return text.includes(wanted);
  return inOrder(text < wanted ? -1 : text > wanted ? 1 : 0, operator);
}

function inOrder(difference: number, operator: Operator): boolean {
  switch (operator) {
    case "<":
      return difference < 0;
    case "<=":
      return difference <= 0;
    case ">":
      return difference > 0;
    case ">=":
      return difference >= 0;
    case ":":
    case "=":
      return difference === 0;
    case "!=":
      return difference !== 0;
  }
}
