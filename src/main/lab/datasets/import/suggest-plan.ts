import type { Normalisation } from "../../../../shared/experiments/dataset.ts";
import type { ColumnChoice, ColumnSummary, ImportPlan } from "../../../../shared/experiments/data-import.ts";
import { labelColumnOf } from "../../../data/csv-dialect.ts";
import type { LabelledArrays } from "./labelled-arrays.ts";
import type { LabelledImages } from "./labelled-images.ts";
import { isSplitByNames, splitNamed } from "./collected.ts";

const SEED = 1;
/** Whole numbers of so few different values are classes rather than amounts. */
const FEW_CLASSES = 20;
/** From so many columns of bytes on a row may be an image. */
const PIXEL_COLUMNS = 64;

const seeded = (rows: number): ImportPlan["split"] => ({
  by: "seed",
  seed: SEED,
  stratified: true,
  validShare: 0.15,
  // A handful of rows is better spent on training.
  testShare: rows >= 50 ? 0.15 : 0,
});

/** Words beside numbers count as mistakes of a number column up to this share. */
const FEW_WORDS = 0.1;

/** Numbers, but for some words that stand for a missing one or are a slip: to be asked about, not a category of each number. */
const isMostlyNumbers = ({ words, numbers, distinct }: ColumnSummary): boolean =>
  words <= FEW_WORDS * numbers && (distinct === null || distinct > FEW_CLASSES);

/** 1,234.5 or 12 % or $3: an amount, but in a form that is not read. */
const AMOUNT = /^[+\u2212-]?\p{Sc}?[+\u2212-]?\d[\d.,' \u00a0]*[%\p{Sc}]?$/u;
const isAmounts = ({ frequent, distinct }: ColumnSummary): boolean =>
  distinct !== null && distinct > FEW_CLASSES && frequent.every(({ value }) => AMOUNT.test(value));

/** 0x1f, 1_000: as programs write numbers. */
const OF_PROGRAMS = /^[+-]?(0[xob][\da-f_]+|\d[\d_]*(\.[\d_]*)?)$/i;
const PLAIN = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Which columns are taken as text although all that they hold may be numbers, in forms that are not read. */
export function unreadNotes(columns: readonly ColumnSummary[], choices: readonly ColumnChoice[]): string[] {
  return columns.flatMap(({ name, words, frequent }, index) => {
    const choice = choices[index];
    const asText = choice?.role === "label" || (choice?.role === "feature" && choice.kind === "category");
    const odd = frequent.find(({ value }) => !PLAIN.test(value));
    if (!asText || words === 0 || odd === undefined) return [];
    if (!frequent.every(({ value }) => AMOUNT.test(value) || OF_PROGRAMS.test(value))) return [];
    return [
      `"${name}" is taken as text: "${odd.value}" is read as no number; write numbers plainly, as 1234.5, if they are meant`,
    ];
  });
}

const kindOf = (summary: ColumnSummary): ColumnChoice["kind"] =>
  summary.words === 0 || isMostlyNumbers(summary) || isAmounts(summary) ? "number" : "category";

/** Numbers rows, or names each: says nothing of others. */
function isIdentity({ name, distinct, whole, words, numbers }: ColumnSummary, rows: number): boolean {
  if (words > FEW_WORDS * numbers && distinct === null) return true;
  const all = distinct === null || distinct === rows;
  return (
    whole &&
    all &&
    numbers === rows &&
    rows > FEW_CLASSES &&
    /^(id|index|no|row|unnamed: 0|number)$/i.test(name.trim())
  );
}

/** What a column can be as a label: classes, where it holds words or few whole numbers, or a number. */
export const targetOf = (summary: ColumnSummary): ImportPlan["target"] => {
  const { words, whole, distinct, name } = summary;
  if (words > 0) return isMostlyNumbers(summary) && !whole ? "numbers" : "classes";
  if (!whole || distinct === null) return "numbers";
  const named = /label|class|digit|species|variety|category/i.test(name);
  return named || distinct <= FEW_CLASSES ? "classes" : "numbers";
};

/**
 * The column to predict: the one that is called so; else the last. Where columns have no names, or are pixels, the first if
 * it is more like classes.
 */
function labelOf(
  columns: readonly ColumnSummary[],
  roles: readonly ColumnChoice["role"][],
  named: boolean,
): number {
  const called = labelColumnOf(columns.map(({ name }) => name));
  if (called !== null) return called;
  const free = [...columns.keys()].filter((index) => roles[index] === "feature");
  const [first = 0, last = columns.length - 1] = [free[0], free.at(-1)];
  if (named && columns.length < PIXEL_COLUMNS) return last;
  const like = (index: number): number => {
    const summary = columns[index];
    if (summary === undefined || targetOf(summary) === "numbers") return 0;
    // A corner of images may always be 0.
    return (summary.distinct ?? 0) < 2 ? 0 : summary.words > 0 ? 2_000 : (summary.distinct ?? 0);
  };
  return like(first) > like(last) ? first : last;
}

/** A title of a name: without folders and endings. */
export const titleOf = (name: string): string =>
  name
    .replace(/(\.(csv|tsv|txt|npy|npz|gz|parquet|png|jpe?g|idx|ubyte))+$/i, "")
    .replaceAll(/[^\p{L}\p{N} ._-]+/gu, " ")
    .trim()
    .slice(0, 60) || "my data";

export function suggestTablePlan(
  columns: readonly ColumnSummary[],
  { rows, title, named }: { readonly rows: number; readonly title: string; readonly named: boolean },
): ImportPlan {
  const roles = columns.map((summary): ColumnChoice["role"] => {
    const { name, values, frequent, distinct, words } = summary;
    const splits =
      words > 0 &&
      distinct !== null &&
      distinct <= 3 &&
      frequent.every(({ value }) => splitNamed(value) !== null);
    if (splits && /split|fold|set|subset|part/i.test(name)) return "split";
    return values === 0 || isIdentity(summary, rows) ? "ignored" : "feature";
  });
  const label = labelOf(columns, roles, named);
  const choices = columns.map((summary, index): ColumnChoice => ({
    role: index === label ? "label" : (roles[index] ?? "feature"),
    kind: kindOf(summary),
  }));
  const features = columns.filter((_, index) => choices[index]?.role === "feature");
  const side = Math.sqrt(features.length);
  const pixels =
    features.length >= PIXEL_COLUMNS &&
    Number.isInteger(side) &&
    features.every(({ words, whole, min, max }) => words === 0 && whole && min >= 0 && max <= 255);
  const labelled = columns[label];
  const target = labelled === undefined ? "classes" : targetOf(labelled);
  return {
    title,
    columns: choices,
    target,
    missing: "refuse",
    split: choices.some(({ role }) => role === "split") ? { by: "column" } : seeded(rows),
    normalisation: pixels ? "global" : "feature",
    layout: pixels ? { height: side, width: side, channels: 1 } : null,
  };
}

const itemsPlan = (
  rows: number,
  title: string,
  splits: readonly (0 | 1 | 2 | null)[],
  normalisation: Normalisation,
) =>
  ({
    title,
    columns: [],
    missing: "refuse",
    split: isSplitByNames(splits) ? { by: "files", seed: SEED, validShare: 0.15 } : seeded(rows),
    normalisation,
  }) satisfies Partial<ImportPlan>;

export const suggestArraysPlan = (
  { rows, layout, likelyClasses, parts }: LabelledArrays,
  title: string,
): ImportPlan => ({
  ...itemsPlan(
    rows,
    title,
    parts.map(({ split }) => split),
    layout === null ? "feature" : "global",
  ),
  target: likelyClasses ? "classes" : "numbers",
  layout,
});

export const suggestImagesPlan = ({ files, layout }: LabelledImages, title: string): ImportPlan => ({
  ...itemsPlan(
    files.length,
    title,
    files.map(({ split }) => split),
    "global",
  ),
  target: "classes",
  layout,
});
