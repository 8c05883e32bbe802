import {
  MOST_SKIPPED_LINES,
  type Dialect,
  type DialectChanges,
  type Encoding,
  type Separator,
} from "../../shared/experiments/data-import.ts";
import { numberOfText } from "./number-of-bytes.ts";

/** Those that numbers do not hold come first; blanks are in words too. */
const SEPARATORS = ["\t", ";", "|", ",", " "] as const;
/** Lines that must have as many fields. */
const LOOKED_AT = 20;

/** Fields of a line that are parted outside quotes. */
function partsOf(line: string, separator: string): string[] {
  if (separator === " ") {
    return (line.match(/"(?:[^"]|"")*"|[^ \t]+/g) ?? []).map((part) => part.replace(/^"(.*)"$/, "$1"));
  }
  const parts: string[] = [];
  let [from, quoted] = [0, false];
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) {
      parts.push(line.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(line.slice(from));
  return parts.map((part) => part.trim().replace(/^"(.*)"$/, "$1"));
}

/** Lines of a sample; line ends inside quotes do not end one. */
function linesOf(sample: string): string[] {
  const lines: string[] = [];
  let pieces: string[] = [];
  let quoted = false;
  for (const piece of sample.split(/\r\n|\n|\r/)) {
    pieces.push(piece);
    if ((piece.split('"').length - 1) % 2 === 1) quoted = !quoted;
    if (quoted) continue;
    const line = pieces.join(" ");
    if (line.trim() !== "") lines.push(line);
    pieces = [];
  }
  return lines;
}

/** "sep=;", by which Excel is told what parts the values of what follows. */
const SEP_LINE = /^"?sep=(.)"?\s*$/i;
const COMMENT = /^#+/;
/** What nobody takes for a value: a colour or a word behind a # has no blank between. */
const SURE_COMMENT = /^#+([ \t#]|$)/;
/** Whether the first field of a line that is no row of its table begins a comment. */
export const isComment = (field: string): boolean => SURE_COMMENT.test(field);

/**
 * How many lines stand before the table: those from the first to `from`, and comments, of which the last may be the header,
 * as numpy.savetxt writes it. A line that begins with # and has as many fields as the table is one of its rows.
 */
function linesBefore(lines: readonly string[], from: number, given: DialectChanges): number {
  const texts = lines.map((line) => line.trimStart());
  const found = texts.findIndex((text, at) => at >= from && text !== "" && !COMMENT.test(text));
  if (found <= from) return from;
  const separator = given.separator ?? separatorOf(linesOf(lines.slice(found).join("\n")));
  const fieldsOf = (text = ""): number => partsOf(text, separator).length;
  const count = fieldsOf(texts[found]);
  const row = texts.findIndex(
    (text, at) => at >= from && at < found && !SURE_COMMENT.test(text) && fieldsOf(text) === count,
  );
  if (row !== -1) return row;
  const last = texts[found - 1] ?? "";
  const isHeader =
    given.header !== false &&
    (SURE_COMMENT.test(last) || separator === " ") &&
    fieldsOf(last.replace(COMMENT, "")) === count;
  return isHeader ? found - 1 : found;
}

/** A text without its first lines, as it is written: later line ends may stand in quotes. */
function afterLines(text: string, lines: number): string {
  const end = /\r\n|\n|\r/g;
  for (let line = 0; line < lines; line++) if (end.exec(text) === null) return "";
  return text.slice(end.lastIndex);
}

/** The separator that parts all lines into as many fields, else one that the first line holds. */
function separatorOf(lines: readonly string[]): Separator {
  const some = lines.slice(0, LOOKED_AT + 1);
  // The last one may be cut off.
  const whole = some.length > 1 ? some.slice(0, -1) : some;
  const found = SEPARATORS.find((separator) => {
    const parts = whole.map((line) => partsOf(line, separator));
    const count = parts[0]?.length ?? 1;
    return (
      count > 1 &&
      parts.every(({ length }) => length === count) &&
      // Names of two words each are no table of two columns.
      (separator !== " " ||
        parts
          .slice(-1)
          .flat()
          .some((field) => !Number.isNaN(numberOfText(field, false))))
    );
  });
  const first = whole[0] ?? "";
  return found ?? SEPARATORS.find((one) => one !== " " && first.includes(one)) ?? ",";
}

const COMMA_NUMBER = /^[+\u2212-]?\d*,\d+(e[+\u2212-]?\d+)?$/i;
/** 1,234 is a thousand or a little more than one. */
const PERHAPS_THOUSANDS = /^[+\u2212-]?[1-9]\d{0,2},\d{3}$/;
const POINT_NUMBER = /^[+\u2212-]?\d*\.\d+(e[+\u2212-]?\d+)?$/i;

/**
 * Whether numbers have decimal commas. 12,5 says so; 1,234 only where no number has a point. Where no number says anything,
 * `otherwise` holds.
 */
function hasDecimalCommas(lines: readonly string[], separator: Separator, otherwise: boolean): boolean {
  let [perhaps, points] = [false, false];
  for (const line of lines) {
    for (const field of partsOf(line, separator)) {
      if (POINT_NUMBER.test(field)) points = true;
      else if (PERHAPS_THOUSANDS.test(field)) perhaps = true;
      else if (COMMA_NUMBER.test(field)) return true;
    }
  }
  return points ? false : perhaps || otherwise;
}

/** What tables write where a value is missing; a lone point is SAS's and Stata's, <NA> pandas', -nan C's. */
const MISSING = /^(|na|n\/a|n\.a\.|#n\/a|#na|<na>|[+-]?nan|null|none|nil|\?|-|--|\.)$/i;
const INFINITE = /^[+-]?inf(inity)?$/i;
export const isMissing = (field: string): boolean => MISSING.test(field);
export const isInfinite = (field: string): boolean => INFINITE.test(field);

/** Is the field a word, neither a number nor a sign that one is missing? */
const isWord = (field: string, decimalComma: boolean): boolean =>
  !isMissing(field) && !isInfinite(field) && Number.isNaN(numberOfText(field, decimalComma));

const LABEL = /^(label|labels|class|classes|target|digit|species|variety|category|y)$/i;

/** The column that a header calls "label" (or class, target, species, …), or null. */
export function labelColumnOf(header: readonly string[]): number | null {
  const exact = header.findIndex((field) => field.trim().toLowerCase() === "label");
  const found = exact >= 0 ? exact : header.findIndex((field) => LABEL.test(field.trim()));
  return found < 0 ? null : found;
}

/** Years that name columns, as in tables of countries. */
const [FIRST_YEAR, LAST_YEAR] = [1500, 2200];
/** A longer count is no chance; from 0 on so many are none. */
const [LONG_COUNT, LONG_COUNT_FROM_ZERO] = [6, 4];

/**
 * Whether numbers name columns: 1990, 1995, 2000 over numbers that are no years, or 0, 1, 2, …, as pandas calls columns
 * without names, over rows that do not count so.
 */
function isCount(rows: readonly (readonly string[])[], decimalComma: boolean): boolean {
  const [first = [], ...others] = rows;
  // pandas leaves the name of the row numbers empty.
  const counted = [...first.keys()].filter(
    (column) => first[column] !== "" && !isWord(first[column] ?? "", decimalComma),
  );
  const numbersOf = (row: readonly string[]): number[] =>
    counted.map((column) => numberOfText(row[column] ?? "", decimalComma));
  const [names, below] = [numbersOf(first), others.map(numbersOf)];
  if (others.length === 0 || !names.every(Number.isInteger)) return false;
  const steps = names.slice(1).map((name, index) => name - (names[index] ?? NaN));
  const isYear = (value: number): boolean => value >= FIRST_YEAR && value <= LAST_YEAR;
  if (names.length >= 2 && names.every(isYear) && steps.every((step) => step > 0)) {
    return below.every((row) => !row.some((value) => Number.isInteger(value) && isYear(value)));
  }
  const counts = (row: readonly number[]): boolean =>
    row.every((value, index) => index === 0 || value === (row[index - 1] ?? NaN) + 1);
  if (names.length < 3 || !counts(names) || below.some(counts)) return false;
  if (names[0] !== 0) return names.length >= LONG_COUNT;
  return (
    names.length >= LONG_COUNT_FROM_ZERO ||
    names.every((name, index) => below.every((row) => row[index] !== name))
  );
}

/**
 * Whether a first row is a header: it names the label, at least half of its fields are words, a column of numbers has a
 * word above it, or its numbers count. A row of numbers with one that is missing is data.
 */
function isHeader(rows: readonly (readonly string[])[], decimalComma: boolean): boolean {
  if (isCount(rows, decimalComma)) return true;
  const [first = [], ...others] = rows;
  const words = first.map((field) => isWord(field, decimalComma));
  const count = words.filter(Boolean).length;
  if (count === 0) return false;
  const overNumbers = words.some(
    (word, column) =>
      word && others.length > 0 && others.every((row) => !isWord(row[column] ?? "", decimalComma)),
  );
  // Names are given once, but for a slip: then nothing but words stands there, one of them over numbers.
  if (new Set(first).size < first.length) return count === first.length && overNumbers;
  if (others.length > 0 && count < first.length) return overNumbers || labelColumnOf(first) !== null;
  if (others.length === 0) return labelColumnOf(first) !== null || 2 * count >= first.length;
  // Nothing but words in the first row: a header unless the others hold words only, too, and its fields come again.
  return overNumbers || !first.some((field, column) => others.some((row) => row[column] === field));
}

/** Whether lines hold one column of a table with decimal commas: 0,5 is a half there, not two values. */
function isOneOfDecimals(lines: readonly string[], { separator, decimalComma }: Dialect): boolean {
  // The last one may be cut off.
  const fields = lines.slice(0, LOOKED_AT).map((line) => line.trim());
  return (
    decimalComma &&
    separator !== "," &&
    fields.some((field) => COMMA_NUMBER.test(field)) &&
    fields.every(
      (field) => COMMA_NUMBER.test(field) || !SEPARATORS.some((one) => one !== " " && field.includes(one)),
    )
  );
}

/**
 * Tells a table's dialect by its first lines: the separator that parts all of them into as many fields; what is given is
 * not guessed. `like` is a table that this one belongs to: its decimal commas hold where the numbers do not say.
 */
export function csvDialect(
  sample: string,
  encoding: Encoding,
  given: DialectChanges = {},
  like: Dialect | null = null,
): Dialect {
  const head = sample.split(/\r\n|\n|\r/, MOST_SKIPPED_LINES + 1);
  const inWords = SEP_LINE.exec(head[0] ?? "")?.[1];
  const named = given.separator ?? SEPARATORS.find((separator) => separator === inWords);
  const from = SEPARATORS.some((separator) => separator === inWords) ? 1 : 0;
  const parted = named === undefined ? given : { ...given, separator: named };
  const skipLines = given.skipLines ?? linesBefore(head, from, parted);
  const rest = afterLines(sample, skipLines);
  // The mark of a comment that is the header.
  const all = linesOf(given.header !== false && /^#+[ \t]/.test(rest) ? rest.replace(COMMENT, "") : rest);
  const lines = all.slice(0, LOOKED_AT + 1);
  const separator =
    named ?? (like !== null && isOneOfDecimals(lines, like) ? like.separator : separatorOf(all));
  // The last one may be cut off.
  const rows = (lines.length > 2 ? lines.slice(0, -1) : lines).map((line) => partsOf(line, separator));
  const decimalComma =
    given.decimalComma ??
    (separator !== "," &&
      hasDecimalCommas(all, separator, like?.separator === separator && like.decimalComma));
  const header = given.header ?? isHeader(rows, decimalComma);
  return { separator, decimalComma, header, encoding, ...(skipLines === 0 ? {} : { skipLines }) };
}
