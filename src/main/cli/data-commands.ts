import { resolve } from "node:path";
import { counted } from "../../core/counted.ts";
import { ContractError } from "../../core/errors.ts";
import { formatGiven, formatNumber } from "../../shared/format/number.ts";
import { NORMALISATIONS, rowsOf, SPLITS, type Dataset } from "../../shared/experiments/dataset.ts";
import {
  planProblems,
  type DialectChanges,
  type ImportPlan,
  type ImportPreview,
} from "../../shared/experiments/data-import.ts";
import type { WeightsChoice } from "../../shared/experiments/learned.ts";
import { targetOf } from "../lab/datasets/import/suggest-plan.ts";
import type { Lab } from "../lab/lab.ts";
import { textTable } from "../report/text-table.ts";
import { COMMAND_NAME } from "../place/command-name.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { complain, print, printJson } from "./print.ts";

export interface DataImportOptions {
  readonly label?: readonly string[];
  readonly title?: string;
  readonly target?: ImportPlan["target"];
  readonly ignore?: readonly string[];
  readonly category?: readonly string[];
  readonly number?: readonly string[];
  readonly splitColumn?: string;
  readonly split?: "seed" | "order" | "files";
  readonly seed?: number;
  readonly valid?: number;
  readonly test?: number;
  readonly missing?: ImportPlan["missing"];
  readonly normalise?: ImportPlan["normalisation"];
  readonly layout?: readonly number[];
  readonly separator?: DialectChanges["separator"];
  readonly decimalComma?: true;
  readonly header?: boolean;
  readonly skipLines?: number;
  readonly encoding?: DialectChanges["encoding"];
  readonly dryRun?: true;
  readonly json?: true;
}

/** A column by its name, or by its place from 1 on (from the end: −1). @throws {ContractError} */
function columnOf({ columns }: ImportPreview, given: string): number {
  const named = columns.findIndex(({ name }) => name === given);
  if (named >= 0) return named;
  const place = Number(given);
  const index = place < 0 ? columns.length + place : place - 1;
  if (Number.isInteger(place) && columns[index] !== undefined) return index;
  const names = columns.slice(0, 12).map(({ name }) => name);
  throw new ContractError(
    `There is no column "${given}": there are ${names.join(", ")}${columns.length > names.length ? ` and ${columns.length - names.length} more` : ""}`,
  );
}

/** The plan that was suggested, with what the options say instead. */
function planOf(preview: ImportPreview, options: DataImportOptions): ImportPlan {
  const { plan } = preview;
  const columns = plan.columns.map((choice) => ({ ...choice }));
  const set = (names: readonly string[] = [], change: Partial<ImportPlan["columns"][number]>): void => {
    for (const name of names) Object.assign(columns[columnOf(preview, name)] ?? {}, change);
  };
  if (options.label !== undefined && columns.length > 0) {
    for (const choice of columns) if (choice.role === "label") choice.role = "feature";
    set(options.label, { role: "label" });
  }
  set(options.ignore, { role: "ignored" });
  set(options.category, { kind: "category" });
  set(options.number, { kind: "number" });
  if (options.splitColumn !== undefined) set([options.splitColumn], { role: "split" });
  const label = preview.columns[columns.findIndex(({ role }) => role === "label")];
  const suggested = options.label === undefined || label === undefined ? plan.target : targetOf(label);
  const [height, width, channels = 1] = options.layout ?? [];
  return {
    ...plan,
    columns,
    title: options.title ?? plan.title,
    target: options.target ?? suggested,
    missing: options.missing ?? plan.missing,
    normalisation: options.normalise ?? plan.normalisation,
    split: splitOf(plan.split, options),
    layout: height === undefined || width === undefined ? plan.layout : { height, width, channels },
  };
}

function splitOf(suggested: ImportPlan["split"], options: DataImportOptions): ImportPlan["split"] {
  const { split, seed, valid, test, splitColumn } = options;
  if (splitColumn !== undefined) return { by: "column" };
  const by = split ?? suggested.by;
  const shares = {
    validShare: valid ?? ("validShare" in suggested ? suggested.validShare : 0.15),
    testShare: test ?? ("testShare" in suggested ? suggested.testShare : 0.15),
  };
  const own = seed ?? ("seed" in suggested ? suggested.seed : 1);
  switch (by) {
    case "seed":
      return {
        by,
        seed: own,
        stratified: "stratified" in suggested ? suggested.stratified : true,
        ...shares,
      };
    case "order":
      return { by, ...shares };
    case "files":
      return { by, seed: own, validShare: shares.validShare };
    case "column":
      return { by };
  }
}

const SUMMARY = [
  "data set",
  "title",
  "rows: train; valid; test",
  "features",
  "to predict",
  "content",
] as const;
const summaryOf = (dataset: Dataset): readonly string[] => {
  const { id, title, features, layout, target, contentHash } = dataset;
  const size =
    layout === null ? formatNumber(features) : `${layout.height} × ${layout.width} × ${layout.channels}`;
  const predicted =
    target.kind === "classes" ? counted(target.names.length, "class", "classes") : target.names.join(", ");
  return [
    id,
    title,
    SPLITS.map((split) => formatNumber(rowsOf(dataset, split))).join("; "),
    size,
    predicted,
    contentHash.slice(0, 12),
  ];
};

/** Imports files as the window does: what is not said is taken as it was understood. */
export async function runDataImportCommand(
  lab: Lab,
  files: readonly string[],
  options: DataImportOptions,
): Promise<ExitCode> {
  const { separator, header, skipLines, encoding } = options;
  const changes: DialectChanges = {
    ...(separator === undefined ? {} : { separator }),
    ...(options.decimalComma === undefined ? {} : { decimalComma: true }),
    ...(header === undefined ? {} : { header }),
    ...(skipLines === undefined ? {} : { skipLines }),
    ...(encoding === undefined ? {} : { encoding }),
  };
  const preview = await lab.datasets.preview({ paths: files.map((file) => resolve(file)), changes });
  const plan = planOf(preview, options);
  if (options.dryRun === true) {
    if (options.json === true) printJson({ ...preview, images: [], plan });
    else printPreview(preview, plan);
    const problems = planProblems(preview, plan);
    for (const problem of problems) complain(`cannot be taken: ${problem}`);
    return problems.length === 0 ? EXIT.ok : EXIT.failedCheck;
  }
  const dataset = await lab.datasets.accept(plan);
  if (options.json === true) printJson(dataset);
  else {
    printPreview(preview, plan);
    print(`${textTable(SUMMARY, [summaryOf(dataset)])}\n`);
  }
  return EXIT.ok;
}

function printPreview({ columns, notes, rows }: ImportPreview, plan: ImportPlan): void {
  print(`${counted(rows, "row")}; ${notes.join("; ")}\n`);
  const shown = columns.slice(0, 60).map(({ name, missing, distinct, min, max }, index) => {
    const { role = "ignored", kind = "number" } = plan.columns[index] ?? {};
    const range =
      kind === "number"
        ? `${formatGiven(min)} to ${formatGiven(max)}`
        : distinct === null
          ? "many values"
          : counted(distinct, "value");
    return [
      String(index + 1),
      name,
      role,
      role === "ignored" ? "" : kind,
      range,
      missing === 0 ? "" : formatNumber(missing),
    ];
  });
  if (shown.length > 0)
    print(`${textTable(["", "column", "taken as", "kind", "holds", "missing"], shown)}\n`);
}

export function runDataListCommand(lab: Lab, { json }: { readonly json?: true }): ExitCode {
  const datasets = lab.datasets.list();
  if (json === true) printJson(datasets);
  else print(`${textTable(SUMMARY, datasets.map(summaryOf))}\n`);
  return EXIT.ok;
}

const SHOWN_RUNS = 5;

/** The id of a data set that is called by it or by its title. @throws {ContractError} If several have the title. */
function datasetIdOf(lab: Lab, name: string): string {
  const datasets = lab.datasets.list();
  if (datasets.some(({ id }) => id === name)) return name;
  const titled = datasets.filter(({ title }) => title === name).map(({ id }) => id);
  if (titled.length > 1)
    throw new ContractError(
      `${titled.length} data sets are called "${name}": say which (${titled.join(", ")}).`,
    );
  return titled[0] ?? name;
}

/** How many runs there are, and the first of them: hundreds would make the column a page wide. */
const saidRuns = (ids: readonly string[]): string =>
  ids.length === 0
    ? "none yet"
    : `${formatNumber(ids.length)}: ${ids.slice(0, SHOWN_RUNS).join(", ")}${ids.length > SHOWN_RUNS ? ", …" : ""}`;

export async function runDataShowCommand(
  lab: Lab,
  name: string,
  { json }: { readonly json?: true },
): Promise<ExitCode> {
  const details = await lab.datasets.details({ id: datasetIdOf(lab, name) });
  if (json === true) {
    printJson({ ...details, images: details.images.length });
    return EXIT.ok;
  }
  const { dataset, files, notes, importedAt, classes, spreads, runs, testLooks } = details;
  print(`${textTable(SUMMARY, [summaryOf(dataset)])}\n`);
  const facts = [
    ["from", files.join(", ") || "the app itself"],
    ["imported", importedAt || "–"],
    ["understood", notes.join("; ") || "–"],
    ["normalisation", NORMALISATIONS[dataset.normalisation]],
    ["test rows looked at", testLooks === 0 ? "never" : counted(testLooks, "time")],
    ["runs", saidRuns(runs.map(({ id: run }) => run))],
  ];
  print(`${textTable(["", ""], facts)}\n`);
  if (classes.length > 0) {
    print(
      `${textTable(
        ["class", "training rows", "validation rows"],
        classes.map(({ name, trainRows, validRows }) => [
          name,
          formatNumber(trainRows),
          formatNumber(validRows),
        ]),
      )}\n`,
    );
  }
  print(
    `${textTable(
      ["feature", "min", "mean", "max"],
      spreads.map(({ name, min, mean, max }) => [
        name,
        formatGiven(min),
        formatNumber(mean),
        formatGiven(max),
      ]),
    )}\n`,
  );
  return EXIT.ok;
}

export async function runDataExportCommand(
  lab: Lab,
  name: string,
  { out, force }: { readonly out: string; readonly force?: true },
): Promise<ExitCode> {
  const path = resolve(out);
  const rows = await lab.datasets.export({ id: datasetIdOf(lab, name), path, overwrite: force === true });
  complain(`${counted(rows, "row")}: ${path}`);
  return EXIT.ok;
}

export async function runDataRemoveCommand(lab: Lab, name: string): Promise<ExitCode> {
  const id = datasetIdOf(lab, name);
  await lab.datasets.remove({ id });
  print(`${id} removed; "${COMMAND_NAME} data restore ${id}" brings it back for some days\n`);
  return EXIT.ok;
}

export function runDataRestoreCommand(lab: Lab, id: string): ExitCode {
  print(`${lab.datasets.restore({ id }).id} restored\n`);
  return EXIT.ok;
}

export interface PredictOptions {
  readonly data: string;
  readonly out: string;
  readonly weights: WeightsChoice;
  readonly force?: true;
}

/** Predicts the rows of a file with a training's network. */
export async function runPredictCommand(lab: Lab, runId: string, options: PredictOptions): Promise<ExitCode> {
  const { data, out, weights, force } = options;
  const path = resolve(out);
  const rows = await lab.predict.predictFile(
    { runId, weights },
    { data: resolve(data), out: path, overwrite: force === true },
  );
  complain(`${counted(rows, "row")}: ${path}`);
  return EXIT.ok;
}

/** Scores a training's network on its data's test rows; the look is counted. */
export async function runTestCommand(
  lab: Lab,
  runId: string,
  { weights, json }: { readonly weights: WeightsChoice; readonly json?: true },
): Promise<ExitCode> {
  const score = await lab.predict.test({ runId, weights });
  if (json === true) {
    printJson(score, { oneLine: true });
    return EXIT.ok;
  }
  const { rows, loss, accuracy, r2, mae, looks, looksOfRun } = score;
  const parts = [
    `test rows: ${formatNumber(rows)}`,
    `loss: ${formatNumber(loss)}`,
    ...(accuracy === null ? [] : [`accuracy: ${formatNumber(accuracy)}`]),
    ...(r2 === null ? [] : [`R²: ${formatNumber(r2)}`, `mean absolute error: ${formatNumber(mae ?? NaN)}`]),
    `looks at these test rows: ${formatNumber(looks)}, with this run ${formatNumber(looksOfRun)}`,
  ];
  print(`${parts.join("\n")}\n`);
  return EXIT.ok;
}
