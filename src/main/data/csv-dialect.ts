import type { Dialect, DialectChanges, Encoding, Separator } from "../../shared/experiments/data-import.ts";
import { numberOfText } from "./number-of-bytes.ts";

/** Those that numbers do not hold come first. */
const SEPARATORS = ["\t", ";", "|", ","] as const;
/** Lines that must have as many fields. */
const LOOKED_AT = 20;

/** Fields of a line that are parted outside quotes. */
function partsOf(line: string, separator: string): string[] {
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

const COMMA_NUMBER = /^[+-]?\d*,\d+(e[+-]?\d+)?$/i;
/** 1,234 is a thousand or a little more than one. */
const PERHAPS_THOUSANDS = /^[+-]?[1-9]\d{0,2},\d{3}$/;
const POINT_NUMBER = /^[+-]?\d*\.\d+(e[+-]?\d+)?$/i;

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

/**
 * Whether a first row is a header: it names the label, at least half of its fields are words, or a column of numbers has a
 * word above it. A row of numbers with one that is missing is data.
 */
function isHeader(rows: readonly (readonly string[])[], decimalComma: boolean): boolean {
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
  const all = linesOf(sample);
  const lines = all.slice(0, LOOKED_AT + 1);
  // The last one may be cut off.
  const whole = lines.length > 1 ? lines.slice(0, -1) : lines;
  const found = SEPARATORS.find((separator) => {
    const parts = whole.map((line) => partsOf(line, separator).length);
    return (parts[0] ?? 1) > 1 && parts.every((count) => count === parts[0]);
  });
  const first = whole[0] ?? "";
  const separator: Separator =
    given.separator ?? found ?? SEPARATORS.find((one) => first.includes(one)) ?? ",";
  const rows = (lines.length > 2 ? whole : lines).map((line) => partsOf(line, separator));
  const decimalComma =
    given.decimalComma ??
    (separator !== "," &&
      hasDecimalCommas(all, separator, like?.separator === separator && like.decimalComma));
  return { separator, decimalComma, header: given.header ?? isHeader(rows, decimalComma), encoding };
}
