import { closestName } from "../../../core/closest-name.ts";
import { OWN_COLUMNS, type RunCatalogue } from "../../../shared/runs/run-table.ts";

/** Names of a filter that every run may have. */
export const FILTER_FIELDS: readonly string[] = [...OWN_COLUMNS, "tag", "is", "has"];
const NAMED_FIRST: readonly string[] = [
  "kind",
  "tag",
  "is",
  ...FILTER_FIELDS.filter((name) => !["kind", "tag", "is"].includes(name)),
];
const SERIES_KINDS = ["last", "best", "min", "max"] as const;
/** Names of a group that a sentence tells; the menu of columns has all. */
const MOST_TOLD = 6;

/** A name as a filter takes it: "gradient norm" in quotation marks. */
export const asWritten = (name: string): string => (/^[\p{L}\p{N}_.-]+$/u.test(name) ? name : `"${name}"`);

const someOf = (names: readonly string[]): string =>
  names.length <= MOST_TOLD
    ? names.join(", ")
    : `${names.slice(0, MOST_TOLD).join(", ")} and ${names.length - MOST_TOLD} more`;

/** What is said of a filter's name that no run has: the name that was meant, or those that there are. */
export function unknownName(
  name: string,
  { config, summary, metrics, timings }: Pick<RunCatalogue, "config" | "summary" | "metrics" | "timings">,
): string {
  const series = metrics.flatMap((metric) => SERIES_KINDS.map((kind) => `${kind}.${metric}`));
  const medians = timings.map((label) => `ms.${label}`);
  const meant = closestName(name, [
    ...FILTER_FIELDS,
    ...config,
    ...summary,
    ...metrics,
    ...series,
    ...medians,
  ]);
  if (meant !== null) return `no run has ${asWritten(name)}: did you mean ${asWritten(meant)}?`;
  const groups = [
    ["", NAMED_FIRST],
    ["settings ", config],
    ["results ", summary],
    [`metrics with ${SERIES_KINDS.map((kind) => `${kind}.`).join(" ")} before them: `, metrics],
  ] as const;
  const names = groups
    .filter(([, known]) => known.length > 0)
    .map(([title, known]) => `${title}${someOf(known.map(asWritten))}`);
  return `no run has ${asWritten(name)}. Names are ${names.join("; ")}`;
}
