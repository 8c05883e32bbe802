import { stat } from "node:fs/promises";
import { basename, dirname, extname, sep } from "node:path";
import { counted } from "../../../../core/counted.ts";
import { ContractError, DataFormatError } from "../../../../core/errors.ts";
import { messageLine } from "../../../../core/thrown.ts";
import {
  planProblems,
  type ColumnChoice,
  type DialectChanges,
  type ImportPlan,
  type ImportPreview,
} from "../../../../shared/experiments/data-import.ts";
import type { StoredDataset } from "../../../../shared/experiments/stored-dataset.ts";
import { csvSource } from "../../../data/read-csv.ts";
import { parquetSource } from "../../../data/read-parquet.ts";
import type { ReadingWatch, TableSource } from "../../../data/table-source.ts";
import { changedFile, isSplitByNames, type Collected } from "./collected.ts";
import { collectTable, encodingsOf } from "./collect-table.ts";
import { collectArrays, labelledArrays, type LabelledArrays } from "./labelled-arrays.ts";
import { collectImages, isImageName, labelledImages, type LabelledImages } from "./labelled-images.ts";
import { coarseNotes, scanTable, type TableScan } from "./scan-table.ts";
import { shownImages } from "./shown-images.ts";
import { namingFullDisk } from "../../../store/store-failure.ts";
import { storeCollected } from "./store-collected.ts";
import {
  suggestArraysPlan,
  suggestImagesPlan,
  suggestTablePlan,
  titleOf,
  unreadNotes,
} from "./suggest-plan.ts";

/** A file as it was when it was previewed. */
interface Fingerprint {
  readonly path: string;
  readonly sizeBytes: number;
  readonly changedMs: number;
}

type Content =
  | { readonly kind: "table"; readonly source: TableSource; readonly scan: TableScan }
  | { readonly kind: "arrays"; readonly arrays: LabelledArrays }
  | { readonly kind: "images"; readonly images: LabelledImages };

interface Pending {
  readonly content: Content;
  readonly files: readonly Fingerprint[];
  readonly preview: ImportPreview;
}

const MOST_FILES = 10_000;
const TEXT = [".csv", ".tsv", ".txt", ".data", ".dat"];
const endingOf = (path: string): string => extname(path.replace(/\.gz$/i, "")).toLowerCase();

const fingerprint = async (path: string): Promise<Fingerprint> => {
  const { size, mtimeMs } = await stat(path);
  return { path, sizeBytes: size, changedMs: mtimeMs };
};

/** Which reader files are for, by their names. @throws {DataFormatError} If they are of different kinds. */
async function kindOf(paths: readonly string[]): Promise<"text" | "parquet" | "arrays" | "images"> {
  const kinds = new Set<"text" | "parquet" | "arrays" | "images">();
  for (const path of paths) {
    const ending = endingOf(path);
    if ((await stat(path)).isDirectory() || isImageName(path)) kinds.add("images");
    else if (TEXT.includes(ending)) kinds.add("text");
    else if (ending === ".parquet") kinds.add("parquet");
    else kinds.add("arrays");
  }
  const [kind, other] = kinds;
  if (kind === undefined) throw new ContractError("Nothing was chosen: choose at least one file");
  if (other !== undefined) {
    throw new DataFormatError(
      paths[0] ?? "",
      { place: "the chosen files" },
      "files of one kind: tables, arrays, or images",
      [...kinds].join(" and "),
    );
  }
  return kind;
}

/** Reads files, says what is in them, and takes them as a plan says: for window and command line alike. */
export class DataImporter {
  #pending: Pending | null = null;

  /**
   * Reads files or folders once; what was found is kept until it is taken or others are previewed: what cannot be read
   * leaves what was previewed before.
   *
   * @throws {DataFormatError} With the file, the place and what was expected. @throws {ExperimentCancelled}
   */
  async preview(
    paths: readonly string[],
    changes: DialectChanges,
    watch: ReadingWatch,
  ): Promise<ImportPreview> {
    if (paths.length > MOST_FILES)
      throw new ContractError(
        `${paths.length} files were chosen; at most ${MOST_FILES} are taken: choose their folder`,
      );
    const files = await Promise.all(
      paths.map((path) =>
        fingerprint(path).catch((error: unknown) => {
          const message = `${path} cannot be read: ${messageLine(error)}. Choose files or folders that are there`;
          throw new ContractError(message, { cause: error });
        }),
      ),
    );
    const { content, preview } = await this.#look(paths, changes, watch);
    const named = files.map(({ path, sizeBytes }) => ({ name: basename(path), sizeBytes }));
    this.#pending = { content, files, preview: { ...preview, files: named } };
    return this.#pending.preview;
  }

  async #look(
    paths: readonly string[],
    changes: DialectChanges,
    watch: ReadingWatch,
  ): Promise<{ content: Content; preview: ImportPreview }> {
    const title = titleOf(basename(paths[0] ?? ""));
    const kind = await kindOf(paths);
    if (kind === "images") {
      const images = await labelledImages(paths, watch);
      const { files, layout, classes, notes, min, max, mean, broken } = images;
      const items = {
        shape: [layout.height, layout.width, layout.channels],
        dtype: "uint8",
        min,
        max,
        mean,
        ...NOTHING_MISSING,
        classes: [...classes],
      };
      const plan = suggestImagesPlan(images, titleOf(basename(commonFolder(paths))));
      const splitByFiles = isSplitByNames(files.map(({ split }) => split));
      return {
        content: { kind, images },
        preview: {
          ...EMPTY,
          format: "images",
          rows: files.length,
          items,
          images: await shownImages({ images }),
          broken,
          splitByFiles,
          notes: [...notes],
          plan,
        },
      };
    }
    if (kind === "arrays") {
      const found = await labelledArrays(paths, watch);
      if ("table" in found) return this.#table(found.table, title, watch);
      const { arrays } = found;
      const {
        rows,
        shape,
        dtype,
        classes,
        notes,
        parts,
        min,
        max,
        mean,
        missing,
        infinite,
        firstMissing,
        firstInfinite,
        targets,
      } = arrays;
      const items = {
        shape: [...shape],
        dtype,
        min,
        max,
        mean,
        missing,
        infinite,
        firstMissing,
        firstInfinite,
        targets,
        classes: classes === null ? null : [...classes],
      };
      const plan = suggestArraysPlan(arrays, title);
      const splitByFiles = isSplitByNames(parts.map(({ split }) => split));
      return {
        content: { kind, arrays },
        preview: {
          ...EMPTY,
          format: "arrays",
          rows,
          items,
          images: await shownImages({ arrays }),
          splitByFiles,
          notes: [...notes],
          plan,
        },
      };
    }
    return this.#table(
      kind === "parquet" ? await parquetSource(paths) : await csvSource(paths, changes),
      title,
      watch,
    );
  }

  async #table(
    source: TableSource,
    title: string,
    watch: ReadingWatch,
  ): Promise<{ content: Content; preview: ImportPreview }> {
    const scan = await scanTable(source, watch);
    const columns = scan.columns.map((column) => column.summary());
    const { format, dialect, notes } = source;
    const plan = suggestTablePlan(columns, {
      rows: scan.rows,
      title,
      named: dialect?.header ?? !(source.columns[0] ?? "").startsWith("column "),
    });
    return {
      content: { kind: "table", source, scan },
      preview: {
        ...EMPTY,
        format,
        rows: scan.rows,
        dialect,
        columns,
        sample: [...scan.sample],
        notes: [
          ...notes,
          ...coarseNotes(columns.filter((_, column) => isNumber(plan.columns[column]))),
          ...unreadNotes(columns, plan.columns),
        ],
        plan,
      },
    };
  }

  /**
   * Takes what was previewed last as a data set in a folder of `root`. A failed or cancelled import leaves nothing, and
   * what was previewed can be taken another way.
   *
   * @throws {ContractError} If nothing was previewed, or the plan does not fit. @throws {DataFormatError}
   * @throws {ExperimentCancelled}
   */
  async accept(root: string, plan: ImportPlan, watch: ReadingWatch): Promise<StoredDataset> {
    const pending = this.#pending;
    if (pending === null) throw new ContractError("Nothing was previewed: choose files first");
    const [problem] = planProblems(pending.preview, plan);
    if (problem !== undefined) throw new ContractError(`The data cannot be taken: ${problem}`);
    await requireUnchanged(pending.files);
    const { content, preview } = pending;
    const collected = await collect(content, plan, watch);
    await requireUnchanged(pending.files);
    if (collected.rows < 2)
      throw new ContractError(
        `The data cannot be taken: ${collected.rows} rows are left without those that miss values`,
      );
    const options = {
      root,
      plan,
      files: preview.files.map(({ name }) => name),
      notes: [...preview.notes, ...leftOut(preview)],
      recipe: content.kind === "table" ? recipeOf(content, plan) : null,
      watch,
    };
    const stored = await namingFullDisk(root, () => storeCollected(collected, options));
    this.#pending = null;
    return stored;
  }

  /** Forgets what was previewed. */
  forget(): void {
    this.#pending = null;
  }
}

/** The folder that holds all of several files, as the window names those of a folder; a path alone is it itself. */
function commonFolder([first = "", ...others]: readonly string[]): string {
  const folders = others.map(dirname);
  let common = others.length === 0 ? first : dirname(first);
  const holdsAll = (): boolean =>
    folders.every((folder) => folder === common || folder.startsWith(`${common}${sep}`));
  while (!holdsAll() && dirname(common) !== common) common = dirname(common);
  return common;
}

const isNumber = (choice: ColumnChoice | undefined): boolean =>
  choice !== undefined && choice.role !== "ignored" && choice.role !== "split" && choice.kind === "number";

const FINITE = { missing: 0, infinite: 0, firstMissing: "", firstInfinite: "" } as const;
const NOTHING_MISSING = { ...FINITE, targets: FINITE } as const;
const EMPTY = {
  files: [],
  dialect: null,
  columns: [],
  items: null,
  sample: [],
  images: [],
  broken: { count: 0, reasons: [] },
  splitByFiles: false,
} satisfies Partial<ImportPreview>;

/** So many of the images that a data set is without are named in it. */
const NAMED_LEFT_OUT = 5;

/** What a data set says of the images that it is without. */
function leftOut({ broken: { count, reasons } }: ImportPreview): string[] {
  if (count === 0) return [];
  const named = reasons.slice(0, NAMED_LEFT_OUT).join("; ");
  const more = count > NAMED_LEFT_OUT ? ` and ${count - NAMED_LEFT_OUT} more` : "";
  return [`${counted(count, "broken image was", "broken images were")} left out: ${named}${more}`];
}

async function requireUnchanged(files: readonly Fingerprint[]): Promise<void> {
  for (const before of files) {
    const now = await fingerprint(before.path);
    if (now.sizeBytes !== before.sizeBytes || now.changedMs !== before.changedMs)
      throw changedFile(before.path);
  }
}

function collect(content: Content, plan: ImportPlan, watch: ReadingWatch): Promise<Collected> {
  switch (content.kind) {
    case "table":
      return collectTable(content.source, content.scan, plan, watch);
    case "arrays":
      return collectArrays(content.arrays, plan, watch);
    case "images":
      return collectImages(content.images, plan, watch);
  }
}

function recipeOf(
  { source, scan }: { readonly source: TableSource; readonly scan: TableScan },
  plan: ImportPlan,
) {
  const labels = source.columns.filter((_, column) => plan.columns[column]?.role === "label");
  const encodings = encodingsOf(scan, plan).map(({ column, name, categories }) => ({
    column,
    name,
    categories: categories === null ? null : [...categories],
  }));
  return { dialect: source.dialect, encodings, labels, columns: source.columns.length };
}
