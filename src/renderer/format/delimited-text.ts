export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

const FORMULA = /^[=+\-@\t\r]/;

/** RFC 4180; texts that a spreadsheet would take for a formula get a quote in front. */
export function toCsv({ columns, rows }: TextTable): string {
  const field = (value: string | number): string => {
    if (typeof value === "number") return String(value);
    const safe = FORMULA.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [columns, ...rows].map((row) => row.map(field).join(",")).join("\r\n") + "\r\n";
}

/** For pasting into a spreadsheet or a message. */
export function toTsv({ columns, rows }: TextTable): string {
  const field = (value: string | number) => String(value).replaceAll(/[\t\r\n]+/g, " ");
  return [columns, ...rows].map((row) => row.map(field).join("\t")).join("\n");
}
