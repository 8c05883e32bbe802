/** How a table's fields are told apart. */
export interface CsvDialect {
  readonly separator: "," | ";" | "\t";
  /** 0,5 for a half; never where the comma separates fields. */
  readonly decimalComma: boolean;
}

/** Those that numbers do not hold come first. */
const SEPARATORS = ["\t", ";", ","] as const;

/** Fields of a line that are parted outside quotes. */
function partsOf(line: string, separator: string): number {
  let [parts, quoted] = [1, false];
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) parts++;
  }
  return parts;
}

/** Tells a table's dialect by its first lines: the separator that parts all of them into as many fields. */
export function csvDialect(sample: string): CsvDialect {
  const lines = sample
    .split(/\r\n|\n|\r/)
    .filter((line) => line !== "")
    .slice(0, 5);
  // The last one may be cut off.
  const whole = lines.length > 1 ? lines.slice(0, -1) : lines;
  const found = SEPARATORS.find((separator) => {
    const parts = whole.map((line) => partsOf(line, separator));
    return (parts[0] ?? 1) > 1 && parts.every((count) => count === parts[0]);
  });
  const separator = found ?? SEPARATORS.find((one) => sample.includes(one)) ?? ",";
  return { separator, decimalComma: separator !== "," && /\d,\d/.test(sample) };
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
/** What tables write where a value is missing. */
const MISSING = /^(|na|n\/a|nan|null|none|nil|\?|-)$/i;

/** The number of a field, or NaN: neither "0x10" nor "Infinity" is one. */
export function numberOf(field: string, decimalComma: boolean): number {
  const text = decimalComma ? field.replace(",", ".") : field;
  return NUMBER.test(text) ? Number(text) : NaN;
}

/** Is the field a word, neither a number nor a sign that one is missing? */
const isWord = (field: string, decimalComma: boolean): boolean =>
  !MISSING.test(field) && Number.isNaN(numberOf(field, decimalComma));

const LABEL = /^(label|labels|class|target|digit)$/i;

/** The column that a header calls "label" (or class, target, digit), or null. */
export function labelColumnOf(header: readonly string[]): number | null {
  const exact = header.findIndex((field) => field.toLowerCase() === "label");
  const found = exact >= 0 ? exact : header.findIndex((field) => LABEL.test(field));
  return found < 0 ? null : found;
}

/**
 * Whether a first row is a header: it names the label, or at least half of its fields are words. A row of numbers with
 * one that is missing is data.
 */
export function isHeader(fields: readonly string[], { decimalComma }: CsvDialect): boolean {
  const words = fields.filter((field) => isWord(field, decimalComma)).length;
  return words > 0 && (labelColumnOf(fields) !== null || 2 * words >= fields.length);
}
