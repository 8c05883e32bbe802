import * as v from "valibot";
import { atMost } from "../runs/run-changes.ts";
import { measuredNumberSchema } from "../runs/run-records.ts";
import { layoutSchema, MOST_CLASSES, normalisationSchema } from "./dataset.ts";
import { counted } from "../../core/counted.ts";
import { wholeNumber } from "../specs/number-schemas.ts";
import { grouped } from "../../core/grouped.ts";

export const SEPARATORS = {
  ",": "commas",
  ";": "semicolons",
  "\t": "tabs",
  "|": "bars",
  /** Any number of them, and of tabs. */
  " ": "blanks",
} as const;
export type Separator = keyof typeof SEPARATORS;
export const ENCODINGS = {
  "utf-8": "UTF-8",
  "utf-16le": "UTF-16, little-endian",
  "utf-16be": "UTF-16, big-endian",
  "windows-1252": "Latin-1",
} as const;
export type Encoding = keyof typeof ENCODINGS;
const keysOf = <T extends object>(table: T) => Object.keys(table) as (keyof T & string)[];

/** So many are looked for. */
export const MOST_SKIPPED_LINES = 1_000;

/** How the text of a table is read. */
export const dialectSchema = v.object({
  separator: v.picklist(keysOf(SEPARATORS)),
  /** 0,5 for a half; never where the comma separates fields. */
  decimalComma: v.boolean(),
  header: v.boolean(),
  encoding: v.picklist(keysOf(ENCODINGS)),
  /** Before the table: comments that begin with #, Excel's "sep=;"; left out where there are none. */
  skipLines: v.optional(wholeNumber("lines to skip", 0, MOST_SKIPPED_LINES)),
});
export type Dialect = v.InferOutput<typeof dialectSchema>;
/** What a person says of it instead of what was detected. */
export const dialectChangesSchema = v.partial(dialectSchema);
export type DialectChanges = v.InferOutput<typeof dialectChangesSchema>;

export const COLUMN_ROLES = {
  feature: "feature",
  label: "to predict",
  split: "split",
  ignored: "ignored",
} as const;
export const COLUMN_KINDS = { number: "number", category: "category" } as const;
export const columnChoiceSchema = v.object({
  role: v.picklist(keysOf(COLUMN_ROLES)),
  kind: v.picklist(keysOf(COLUMN_KINDS)),
});
export type ColumnChoice = v.InferOutput<typeof columnChoiceSchema>;

/** What one column of a table holds; places in words: "line 7, which holds "abc"". */
export const columnSummarySchema = v.object({
  name: v.string(),
  /** Fields that hold something. */
  values: v.number(),
  missing: v.number(),
  firstMissing: v.string(),
  /** Fields that are neither a number nor missing. */
  words: v.number(),
  firstWord: v.string(),
  /** Fields that hold a number. */
  numbers: v.number(),
  infinite: v.number(),
  firstInfinite: v.string(),
  min: measuredNumberSchema,
  max: measuredNumberSchema,
  mean: measuredNumberSchema,
  whole: v.boolean(),
  /** Different values, counted up to 1,000; null above. */
  distinct: v.nullable(v.number()),
  /** The most frequent values with their counts, where there are few. */
  frequent: v.array(v.object({ value: v.string(), rows: v.number() })),
});
export type ColumnSummary = v.InferOutput<typeof columnSummarySchema>;

const share = (what: string) =>
  v.pipe(
    v.number(`${what} must be a number`),
    v.minValue(0, `${what} must be at least 0`),
    v.maxValue(0.9, `${what} must be at most 0.9`),
  );
const shares = { validShare: share("the validation share"), testShare: share("the test share") };
export const splitChoiceSchema = v.pipe(
  v.variant("by", [
    /** Mixed by the seed; `stratified` keeps each class's share in every split. */
    v.object({
      by: v.literal("seed"),
      seed: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffffff)),
      stratified: v.boolean(),
      ...shares,
    }),
    /** As the rows come: the last ones are the test rows, those before them the validation rows. */
    v.object({ by: v.literal("order"), ...shares }),
    /** By the column whose role is "split". */
    v.object({ by: v.literal("column") }),
    /** By names of files, arrays or folders: test, t10k; valid. Without validation rows, a share of the training rows, by the seed. */
    v.object({
      by: v.literal("files"),
      seed: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffffff)),
      validShare: shares.validShare,
    }),
  ]),
  v.check(
    (split) => !("testShare" in split) || split.validShare + split.testShare <= 0.95,
    "validation and test share must leave rows to train on: at most 0.95 together",
  ),
);
export type SplitChoice = v.InferOutput<typeof splitChoiceSchema>;

export const MISSING = {
  refuse: "refuse them",
  drop: "leave their rows out",
  mean: "fill them with the mean of the training rows",
} as const;

/** The same of images that are broken: there is no mean of them. */
export const BROKEN_IMAGES = {
  refuse: "refuse them",
  drop: "leave them out",
} as const satisfies Partial<Record<keyof typeof MISSING, string>>;

/** Files that cannot be taken: all are counted, the first are named with the reason. */
export const brokenFilesSchema = v.object({ count: v.number(), reasons: v.array(v.string()) });
export type BrokenFiles = v.InferOutput<typeof brokenFilesSchema>;

/** One a line, and how many more there are. */
export function brokenLines({ count, reasons }: BrokenFiles): string {
  const more = count - reasons.length;
  return [...reasons, ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
}

/** How previewed files become a data set. */
export const importPlanSchema = v.object({
  title: v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1, "the data needs a name"),
    atMost("a data set's name", 60),
  ),
  /** One a column of a table; none for arrays and images. */
  columns: v.array(columnChoiceSchema),
  target: v.picklist(["classes", "numbers"]),
  missing: v.picklist(keysOf(MISSING)),
  split: splitChoiceSchema,
  normalisation: normalisationSchema,
  layout: v.nullable(layoutSchema),
});
export type ImportPlan = v.InferOutput<typeof importPlanSchema>;

export const FORMATS = {
  table: "table of text",
  parquet: "Parquet",
  arrays: "arrays",
  images: "images in folders",
} as const;

/** An image as it is stored. */
export const previewImageSchema = v.object({
  label: v.string(),
  layout: layoutSchema,
  values: v.custom<Uint8Array>((value) => value instanceof Uint8Array, "must be bytes"),
});

/** What is in chosen files, and how it would be taken. */
export const importPreviewSchema = v.object({
  format: v.picklist(keysOf(FORMATS)),
  files: v.array(v.object({ name: v.string(), sizeBytes: v.number() })),
  rows: v.number(),
  /** Of a table of text. */
  dialect: v.nullable(dialectSchema),
  columns: v.array(columnSummarySchema),
  /** Of arrays and images: what one item is. */
  items: v.nullable(
    v.object({
      shape: v.array(v.number()),
      dtype: v.string(),
      min: measuredNumberSchema,
      max: measuredNumberSchema,
      mean: measuredNumberSchema,
      missing: v.number(),
      infinite: v.number(),
      firstInfinite: v.string(),
      firstMissing: v.string(),
      /** Targets that are NaN or infinite, and where the first one is. */
      targets: v.object({
        missing: v.number(),
        firstMissing: v.string(),
        infinite: v.number(),
        firstInfinite: v.string(),
      }),
      /** Classes with their counts, null where the targets are no classes. */
      classes: v.nullable(v.array(v.object({ value: v.string(), rows: v.number() }))),
    }),
  ),
  /** The first rows of a table, as they are written. */
  sample: v.array(v.array(v.string())),
  images: v.array(previewImageSchema),
  /** Images that are damaged, or of another size than most. */
  broken: brokenFilesSchema,
  /** Whether files, arrays or folders say which rows are for test or validation. */
  splitByFiles: v.boolean(),
  notes: v.array(v.string()),
  plan: importPlanSchema,
});
export type ImportPreview = v.InferOutput<typeof importPreviewSchema>;

const column = ({ name }: ColumnSummary, index: number): string => `column ${index + 1} ("${name}")`;

/** Why a column cannot be what the plan says, or "". */
export function columnProblem(
  summary: ColumnSummary,
  index: number,
  { role, kind }: ColumnChoice,
  plan: Pick<ImportPlan, "missing" | "target">,
): string {
  if (role === "ignored" || role === "split") return "";
  const where = column(summary, index);
  const asNumber = role === "label" ? plan.target === "numbers" : kind === "number";
  if (summary.values === 0) return `${where} is empty: ignore it`;
  if (asNumber && summary.words > 0) {
    return `${where} has ${counted(summary.words, "field that is no number", "fields that are no numbers")}, the first in ${summary.firstWord}: mend the file (numbers are written plainly, as 1234.5), take it as a category or ignore it`;
  }
  if (asNumber && summary.infinite > 0) {
    return `${where} has ${counted(summary.infinite, "infinite value", "infinite values")}, the first in ${summary.firstInfinite}: expected finite numbers, at most 3.4e38`;
  }
  if (!asNumber && summary.distinct === null) {
    return `${where} has more than ${grouped(MOST_CLASSES)} different values: too many for ${role === "label" ? "classes" : "a category"}`;
  }
  if (summary.missing > 0 && (plan.missing === "refuse" || (plan.missing === "mean" && role === "label"))) {
    const fields = counted(summary.missing, "field", "fields");
    const hint =
      role === "label"
        ? "leave such rows out, or mend the file"
        : "leave such rows out, fill them, or mend the file";
    return `${where} misses ${fields}, the first in ${summary.firstMissing}: ${hint}`;
  }
  if (!asNumber && role === "label" && summary.distinct === 1) {
    return `${where} holds one class only, "${summary.frequent[0]?.value ?? ""}": there is nothing to tell apart`;
  }
  if (asNumber && role === "label" && summary.min === summary.max) {
    return `${where} holds the same number in every row: there is nothing to predict`;
  }
  return "";
}

/** Why images cannot be taken while some are broken, one a line; or "". */
function brokenProblem({ count, reasons }: BrokenFiles, { missing }: Pick<ImportPlan, "missing">): string {
  if (count === 0 || missing === "drop") return "";
  return `${counted(count, "image cannot", "images cannot")} be taken: leave ${count === 1 ? "it" : "them"} out, or mend the files:\n${brokenLines({ count, reasons })}`;
}

/** Why a preview cannot be taken as the plan says; empty where it can. */
export function planProblems(preview: ImportPreview, plan: ImportPlan): string[] {
  const problems: string[] = [];
  const { columns, items, rows, broken } = preview;
  const brokenWords = brokenProblem(broken, plan);
  if (brokenWords !== "") problems.push(brokenWords);
  if (rows < 2) problems.push(`there ${rows === 1 ? "is one row" : "are no rows"}: expected at least 2`);
  const valuesPerItem = items?.shape.reduce((product, size) => product * size, 1) ?? 0;
  if (items === null) {
    if (plan.columns.length !== columns.length) {
      return [`the plan has ${plan.columns.length} columns and the table ${columns.length}`];
    }
    const labels = plan.columns.filter(({ role }) => role === "label");
    const features = plan.columns.filter(({ role }) => role === "feature");
    const { dialect } = preview;
    if (columns.length === 1 && features.length === 0) {
      // Nothing to choose: a table of one column has nothing to learn from, however it is taken.
      const parted =
        dialect === null
          ? ""
          : `; if its values are parted by something else than ${SEPARATORS[dialect.separator]}, say by what`;
      return [
        `the table has one column only: expected one to predict and at least one to learn from${parted}`,
      ];
    }
    if (labels.length === 0) problems.push("no column is to be predicted: choose one as label");
    if (plan.target === "classes" && labels.length > 1) {
      problems.push(`${labels.length} columns are to be predicted: classes stand in one`);
    }
    if (features.length === 0) problems.push("no column is a feature: choose at least one");
    for (const [index, summary] of columns.entries()) {
      const choice = plan.columns[index];
      const problem = choice === undefined ? "" : columnProblem(summary, index, choice, plan);
      if (problem !== "") problems.push(problem);
    }
    const constant = columns.every(
      ({ distinct }, index) => plan.columns[index]?.role !== "feature" || distinct === 1,
    );
    if (features.length > 0 && rows > 1 && constant) {
      problems.push("every feature holds the same value in all rows: there is nothing to learn from");
    }
    if (plan.split.by === "column" && !plan.columns.some(({ role }) => role === "split")) {
      problems.push("the split is to go by a column: choose which one");
    }
  } else {
    const { classes, infinite, firstInfinite, missing, firstMissing, targets, min, max } = items;
    if (infinite > 0) {
      problems.push(
        `${counted(infinite, "value is infinite", "values are infinite")}, the first in ${firstInfinite}: expected finite numbers, at most 3.4e38`,
      );
    }
    if (missing > 0 && plan.missing === "refuse") {
      problems.push(
        `${counted(missing, "value is NaN", "values are NaN")}, the first in ${firstMissing}: leave such rows out, fill them, or mend the file`,
      );
    }
    if (targets.infinite > 0) {
      problems.push(
        `${counted(targets.infinite, "target is infinite", "targets are infinite")}, the first in ${targets.firstInfinite}: expected finite numbers, at most 3.4e38`,
      );
    }
    if (targets.missing > 0 && plan.missing !== "drop") {
      problems.push(
        `${counted(targets.missing, "target is NaN", "targets are NaN")}, the first in ${targets.firstMissing}: leave such rows out, or mend the file`,
      );
    }
    if (min === max)
      problems.push("every feature holds the same value in all rows: there is nothing to learn from");
    if (plan.target === "classes" && classes === null) {
      problems.push(
        `the targets are no classes: expected whole numbers, at most ${grouped(MOST_CLASSES)} different ones`,
      );
    }
    if (plan.target === "numbers" && classes?.some(({ value }) => Number.isNaN(Number(value))) === true) {
      problems.push("the targets are text: predict a class");
    }
    if (plan.target === "classes" && classes?.length === 1) {
      problems.push(
        `all rows are of one class, "${classes[0]?.value ?? ""}": there is nothing to tell apart`,
      );
    }
  }
  const { layout } = plan;
  const features =
    items === null ? plan.columns.filter(({ role }) => role === "feature").length : valuesPerItem;
  if (layout !== null && layout.height * layout.width * layout.channels !== features) {
    problems.push(
      `images of ${layout.height} × ${layout.width} × ${layout.channels} have ${layout.height * layout.width * layout.channels} values; a row has ${features}`,
    );
  }
  if (plan.split.by === "files" && !preview.splitByFiles) {
    problems.push("no name of a file, array or folder says which rows are for test: choose another split");
  }
  return problems;
}
