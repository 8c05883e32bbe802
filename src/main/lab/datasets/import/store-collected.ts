import { createHash } from "node:crypto";
import { mkdir, open, rm, writeFile, type FileHandle } from "node:fs/promises";
import { renamePatiently } from "../../../data/patient-rename.ts";
import { join } from "node:path";
import { splitAsGiven, splitBySeed, splitInOrder, type RowSplit } from "../../../../core/data/split-rows.ts";
import { ContractError } from "../../../../core/errors.ts";
import type { Dataset, Normalisation, Target } from "../../../../shared/experiments/dataset.ts";
import type { ImportPlan } from "../../../../shared/experiments/data-import.ts";
import type { Recipe, StoredDataset } from "../../../../shared/experiments/stored-dataset.ts";
import type { ReadingWatch } from "../../../data/table-source.ts";
import type { Scaling } from "../data-source.ts";
import { inPieces, type Collected } from "./collected.ts";

/** Bytes that are gathered for one write. */
const WRITTEN_AT_ONCE = 4 << 20;

/** Rows of each split, as the plan says. @throws {ContractError} If none is left to train on. */
export function splitCollected(
  { rows, targets, classes, given }: Collected,
  { split }: ImportPlan,
): RowSplit {
  const labels = classes === null ? null : targets;
  const found = ((): RowSplit => {
    switch (split.by) {
      case "seed":
        return splitBySeed(rows, split, split.stratified ? labels : null);
      case "order":
        return splitInOrder(rows, split);
      case "column":
        return splitAsGiven(given ?? new Uint8Array(rows));
      case "files":
        return splitAsGiven(given ?? new Uint8Array(rows), { ...split, labels });
    }
  })();
  if (found.trainRows < 1)
    throw new ContractError(
      "No row is left to train on: choose another split, or keep rows with missing values",
    );
  return found;
}

/** Means and standard deviations of columns over the training rows, without what is missing; 0 and 1 where nothing is left. */
async function momentsOf(
  values: ArrayLike<number>,
  width: number,
  { order, trainRows }: RowSplit,
  checkpoint: () => void,
): Promise<{ mean: Float64Array; std: Float64Array; min: Float64Array; max: Float64Array }> {
  const [mean, squares, counts] = [new Float64Array(width), new Float64Array(width), new Float64Array(width)];
  const [min, max] = [new Float64Array(width).fill(Infinity), new Float64Array(width).fill(-Infinity)];
  await inPieces(
    trainRows,
    width,
    (from, to) => {
      for (let i = from; i < to; i++) {
        const at = (order[i] ?? 0) * width;
        for (let j = 0; j < width; j++) {
          const value = values[at + j] ?? NaN;
          if (Number.isNaN(value)) continue;
          const count = (counts[j] ?? 0) + 1;
          counts[j] = count;
          // Welford: the squares keep small differences.
          const before = value - (mean[j] ?? 0);
          mean[j] = (mean[j] ?? 0) + before / count;
          squares[j] = (squares[j] ?? 0) + before * (value - (mean[j] ?? 0));
          if (value < (min[j] ?? 0)) min[j] = value;
          if (value > (max[j] ?? 0)) max[j] = value;
        }
      }
    },
    checkpoint,
  );
  return { mean, std: squares.map((sum, j) => Math.sqrt(sum / Math.max(1, counts[j] ?? 1))), min, max };
}
type Moments = Awaited<ReturnType<typeof momentsOf>>;

/** What is constant stays where it is. */
const inverse = (spread: number): number => (spread > 0 ? 1 / spread : 1);

/** The normalisation's numbers; images are brought from 0 to 1 by one range for all pixels. */
function scalingOf(
  normalisation: Normalisation,
  { mean, std, min, max }: Moments,
  oneRange: boolean,
): Scaling {
  const width = mean.length;
  if (normalisation === "none") return { offsets: [0], scales: [1] };
  if (normalisation === "feature") return { offsets: [...mean], scales: Array.from(std, inverse) };
  if (normalisation === "global") {
    const all = mean.reduce((sum, value) => sum + value / width, 0);
    // Each column's variance, and how far its mean is from that of all.
    const variance = mean.reduce(
      (sum, value, j) => sum + ((std[j] ?? 0) ** 2 + (value - all) ** 2) / width,
      0,
    );
    return { offsets: [all], scales: [inverse(Math.sqrt(variance))] };
  }
  if (!oneRange)
    return { offsets: [...min], scales: Array.from(max, (value, j) => inverse(value - (min[j] ?? 0))) };
  const [low, high] = [min.reduce((a, b) => Math.min(a, b)), max.reduce((a, b) => Math.max(a, b))];
  return { offsets: [low], scales: [inverse(high - low)] };
}

/** Writes rows in the order of their splits, and lets the hash see them. */
async function writeRows(
  path: string,
  values: Uint8Array | Float32Array,
  width: number,
  {
    order,
    hash,
    watch,
  }: {
    readonly order: Int32Array;
    readonly hash: ReturnType<typeof createHash>;
    readonly watch: ReadingWatch;
  },
): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, "wx", 0o600);
    const rowsAtOnce = Math.max(1, Math.floor(WRITTEN_AT_ONCE / (width * values.BYTES_PER_ELEMENT)));
    for (let from = 0; from < order.length; from += rowsAtOnce) {
      watch.checkpoint();
      const part = order.subarray(from, from + rowsAtOnce);
      const gathered =
        values instanceof Uint8Array
          ? new Uint8Array(part.length * width)
          : new Float32Array(part.length * width);
      for (const [row, source] of part.entries())
        gathered.set(values.subarray(source * width, (source + 1) * width), row * width);
      const bytes = new Uint8Array(gathered.buffer);
      hash.update(bytes);
      await handle.appendFile(bytes);
      watch.progress(from / order.length);
    }
    await handle.sync();
  } finally {
    await handle?.close();
  }
}

const slugOf = (title: string): string => {
  const slug = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 30)
    .replace(/-$/, "");
  // Those names are the app's own.
  return slug === "" || slug === "mnist" || slug.startsWith("toy")
    ? `data${slug === "" ? "" : `-${slug}`}`
    : slug;
};

export interface StoringOptions {
  readonly root: string;
  readonly plan: ImportPlan;
  /** Names of the person's files. */
  readonly files: readonly string[];
  readonly notes: readonly string[];
  readonly recipe: Omit<Recipe, "fills"> | null;
  readonly watch: ReadingWatch;
}

/**
 * Splits rows, fills what is missing, fits the normalisation on the training rows and writes features.bin, targets.bin and
 * description.json into a folder of their own, which gets its name when all of it is on the disk. What fails or is cancelled
 * leaves nothing.
 *
 * @throws {ContractError} @throws {ExperimentCancelled} @throws {Error} What the file system says.
 */
export async function storeCollected(collected: Collected, options: StoringOptions): Promise<StoredDataset> {
  const { root, plan, watch, recipe } = options;
  const { features, values, targets, classes, targetNames, layout } = collected;
  const split = splitCollected(collected, plan);
  const moments = await momentsOf(values, features, split, watch.checkpoint);
  const fills = plan.missing === "mean" && values instanceof Float32Array ? [...moments.mean] : [];
  if (fills.length > 0) {
    await inPieces(
      collected.rows,
      features,
      (from, to) => {
        for (let i = from * features; i < to * features; i++) {
          if (Number.isNaN(values[i])) values[i] = fills[i % features] ?? 0;
        }
      },
      watch.checkpoint,
    );
  }
  const filled = fills.length > 0 ? await momentsOf(values, features, split, watch.checkpoint) : moments;
  const scaling = scalingOf(plan.normalisation, filled, layout !== null);
  const target = await targetOf(collected, split, watch.checkpoint);
  const { trainRows, validRows, testRows, order } = split;
  const described = {
    features,
    layout,
    featureNames: [...collected.featureNames],
    target,
    storage: values instanceof Uint8Array ? "uint8" : "float32",
    trainRows,
    validRows,
    testRows,
    normalisation: plan.normalisation,
  } satisfies Partial<Dataset>;
  const hash = createHash("sha256").update(JSON.stringify({ version: 1, ...described, scaling }));
  await mkdir(root, { recursive: true });
  const making = join(root, `import-${process.pid}-${Date.now()}.part`);
  await mkdir(making);
  try {
    await writeRows(join(making, "features.bin"), values, features, { order, hash, watch });
    await writeRows(join(making, "targets.bin"), targets, classes === null ? targetNames.length : 1, {
      order,
      hash,
      watch,
    });
    const contentHash = hash.digest("hex");
    const stored: StoredDataset = {
      dataset: {
        id: `${slugOf(plan.title)}-${contentHash.slice(0, 8)}`,
        title: plan.title,
        ...described,
        contentHash,
      },
      scaling: { offsets: [...scaling.offsets], scales: [...scaling.scales] },
      recipe: recipe === null ? null : { ...recipe, fills },
      files: options.files.map((name) => name.slice(0, 200)),
      notes: [...options.notes],
      importedAt: new Date().toISOString(),
      sizeBytes: values.byteLength + targets.byteLength,
    };
    await writeFile(join(making, "description.json"), `${JSON.stringify(stored)}\n`, { mode: 0o600 });
    watch.checkpoint();
    const folder = join(root, stored.dataset.id);
    // The same content under the same name: what is there may be damaged, what was just written is not.
    await rm(folder, { recursive: true, force: true });
    await renamePatiently(making, folder);
    return stored;
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    throw error;
  }
}

async function targetOf(
  { targets, classes, targetNames }: Collected,
  split: RowSplit,
  checkpoint: () => void,
): Promise<Target> {
  if (classes !== null) return { kind: "classes", names: [...classes] };
  const { mean, std } = await momentsOf(targets, targetNames.length, split, checkpoint);
  return { kind: "numbers", names: [...targetNames], offsets: [...mean], scales: Array.from(std, inverse) };
}
