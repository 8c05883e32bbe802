import { OWN_COLUMNS, type RunCatalogue, type RunValue } from "../../../shared/runs/run-table.ts";
import { formatDate, formatExactDate } from "../../../shared/format/date.ts";
import { formatDuration } from "../../../shared/format/duration.ts";
import { namedQuantity } from "../../../shared/format/named-quantity.ts";

/** What a field of the table shows, and what is behind it. */
export interface ShownValue {
  readonly text: string;
  readonly exact: string;
  readonly numeric: boolean;
}

const OWN: Readonly<Record<(typeof OWN_COLUMNS)[number], string>> = {
  name: "name",
  kind: "kind",
  status: "status",
  started: "started",
  finished: "finished",
  seconds: "took",
  threads: "threads",
  rows: "rows",
  machine: "machine",
  tags: "tags",
  notes: "notes",
  checks: "gradient checks",
  id: "id",
};

const PREFIXES: Readonly<Record<string, string>> = {
  last: "last",
  best: "best",
  min: "lowest",
  max: "highest",
  ms: "median",
};

const isOwn = (column: string): column is keyof typeof OWN => column in OWN;

/** What stands over a column. */
export function columnLabel(column: string): string {
  const dot = column.indexOf(".");
  if (dot < 0) return isOwn(column) ? OWN[column] : column;
  const [kind, name] = [column.slice(0, dot), column.slice(dot + 1)];
  const prefix = PREFIXES[kind];
  if (prefix === undefined) return namedQuantity(name, 0).label;
  return `${prefix} ${namedQuantity(name, 0).label}${kind === "ms" ? ", ms" : ""}`;
}

/** A settings' number was typed; everything else was measured. */
export function shownValue(column: string, value: RunValue): ShownValue {
  if (value === null) return { text: "", exact: "", numeric: false };
  if (column === "started" || column === "finished") {
    return { text: formatDate(String(value)), exact: formatExactDate(String(value)), numeric: false };
  }
  if (column === "machine") return { text: String(value).slice(0, 8), exact: String(value), numeric: false };
  if (column === "seconds" && typeof value === "number") {
    return { text: formatDuration(value * 1000), exact: `${value} s`, numeric: true };
  }
  if (column.startsWith("ms.") && typeof value === "number") {
    return { text: formatDuration(value), exact: `${value} ms`, numeric: true };
  }
  const name = column.slice(column.indexOf(".") + 1);
  const given = column.startsWith("config.") || ["threads", "rows"].includes(column);
  const { text, exact } = namedQuantity(name, value, { given });
  return { text, exact, numeric: typeof value === "number" };
}

/** All columns that can be chosen, by group. */
export function columnGroups(
  catalogue: RunCatalogue,
): readonly { readonly title: string; readonly columns: readonly string[] }[] {
  const metrics = (kind: string) => catalogue.metrics.map((name) => `${kind}.${name}`);
  return [
    { title: "Run", columns: OWN_COLUMNS.filter((name) => name !== "name") },
    { title: "Settings", columns: catalogue.config.map((key) => `config.${key}`) },
    { title: "Results", columns: catalogue.summary.map((key) => `summary.${key}`) },
    { title: "Last of a metric", columns: metrics("last") },
    { title: "Best of a metric: lowest, of an accuracy highest", columns: metrics("best") },
    { title: "Lowest of a metric", columns: metrics("min") },
    { title: "Highest of a metric", columns: metrics("max") },
    { title: "Median time", columns: catalogue.timings.map((label) => `ms.${label}`) },
  ].filter(({ columns }) => columns.length > 0);
}
