import { createHash } from "node:crypto";
import { mkdir, open, rm, writeFile, type FileHandle } from "node:fs/promises";
import { makeFolder } from "../../../data/make-folder.ts";
import { renamePatiently } from "../../../data/patient-rename.ts";
import { join } from "node:path";
import { permuteRows } from "../../../../core/data/permute-rows.ts";
import { splitAsGiven, splitBySeed, splitInOrder, type RowSplit } from "../../../../core/data/split-rows.ts";
import { ContractError } from "../../../../core/errors.ts";
import type { Steps } from "../../../../core/steps.ts";
import type { Dataset, Normalisation, Target } from "../../../../shared/experiments/dataset.ts";
import type { ImportPlan } from "../../../../shared/experiments/data-import.ts";
import type { Recipe, StoredDataset } from "../../../../shared/experiments/stored-dataset.ts";
import type { ReadingWatch } from "../../../data/table-source.ts";
import type { Scaling } from "../data-source.ts";
import { inPieces, inSteps, type Collected } from "./collected.ts";

/** Bytes of one write. */
const WRITTEN_AT_ONCE = 4 << 20;

/** Rows of each split, as the plan says. @throws {ContractError} If none is left to train on. */
async function splitCollected(
  { rows, targets, classes, given }: Collected,
  { split }: ImportPlan,
  checkpoint: () => void,
): Promise<RowSplit> {
  const labels = classes === null ? null : targets;
  const found = ((): RowSplit | Steps<RowSplit> => {
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
  const rowSplit = "order" in found ? found : await inSteps(found, checkpoint);
  if (rowSplit.trainRows < 1)
    throw new ContractError(
      "No row is left to train on: choose another split, or keep rows with missing values",
    );
  return rowSplit;
}

/** Means and standard deviations of columns over the training rows, without what is missing; 0 and 1 where nothing is left. */
async function momentsOf(
  values: Uint8Array | Float32Array,
  width: number,
  trainRows: number,
  checkpoint: () => void,
): Promise<{ mean: Float64Array; std: Float64Array; min: Float64Array; max: Float64Array }> {
  const [mean, squares, counts] = [new Float64Array(width), new Float64Array(width), new Float64Array(width)];
  const [min, max] = [new Float64Array(width).fill(Infinity), new Float64Array(width).fill(-Infinity)];
  await inPieces(
    trainRows,
    width,
    (from, to) => {
      for (let i = from; i < to; i++) {
        const at = i * width;
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

/** Writes values as they lie, and lets the hash see them. */
async function writeValues(
  path: string,
  values: Uint8Array | Float32Array,
  { hash, watch }: { readonly hash: ReturnType<typeof createHash>; readonly watch: ReadingWatch },
): Promise<void> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, "wx", 0o600);
    for (let from = 0; from < bytes.length; from += WRITTEN_AT_ONCE) {
      watch.checkpoint();
      const part = bytes.subarray(from, from + WRITTEN_AT_ONCE);
      hash.update(part);
      await handle.appendFile(part);
      watch.progress(from / bytes.length);
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
 * leaves nothing but what was collected in another order.
 *
 * @throws {ContractError} @throws {ExperimentCancelled} @throws {Error} What the file system says.
 */
export async function storeCollected(collected: Collected, options: StoringOptions): Promise<StoredDataset> {
  const { root, plan, watch, recipe } = options;
  const { features, values, targets, classes, targetNames, layout } = collected;
  const split = await splitCollected(collected, plan, watch.checkpoint);
  const { trainRows, validRows, testRows } = split;
  const targetWidth = classes === null ? targetNames.length : 1;
  const rows = [
    { values, width: features },
    { values: targets, width: targetWidth },
  ];
  // From here on rows lie split by split.
  await inSteps(permuteRows(split.order, rows), watch.checkpoint);
  const moments = await momentsOf(values, features, trainRows, watch.checkpoint);
  const fills = plan.missing === "mean" ? [...moments.mean] : [];
  // Bytes are stored where nothing is missing; rows that are predicted later may miss something.
  const hasHoles = fills.length > 0 && values instanceof Float32Array;
  if (hasHoles) {
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
  const filled = hasHoles ? await momentsOf(values, features, trainRows, watch.checkpoint) : moments;
  const scaling = scalingOf(plan.normalisation, filled, layout !== null);
  const target = await targetOf(collected, trainRows, watch.checkpoint);
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
  makeFolder(root);
  const making = join(root, `import-${process.pid}-${Date.now()}.part`);
  await mkdir(making);
  try {
    await writeValues(join(making, "features.bin"), values, { hash, watch });
    await writeValues(join(making, "targets.bin"), targets, { hash, watch });
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
  trainRows: number,
  checkpoint: () => void,
): Promise<Target> {
  if (classes !== null) return { kind: "classes", names: [...classes] };
  const { mean, std } = await momentsOf(targets, targetNames.length, trainRows, checkpoint);
  return { kind: "numbers", names: [...targetNames], offsets: [...mean], scales: Array.from(std, inverse) };
}
