import { ContractError } from "../../../core/errors.ts";
import { STATISTICS, STATISTICS_LENGTH } from "../../../core/ops/op.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import { rowsOf, type Dataset, type Split } from "../../../shared/experiments/dataset.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { Scope } from "../../engine/arena.ts";
import type { Engine } from "../../engine/engine.ts";
import { firstRowOf, targetWidth, type DataSource, type Scaling } from "../datasets/data-source.ts";
import type { DatasetLibrary } from "../datasets/dataset-library.ts";
import { unlessCancelled } from "../rungs/unless-cancelled.ts";
import { executeOnce } from "./programs.ts";

/** Pixels of MNIST and of images that earlier versions imported are bytes; the notebook's pickle holds them divided by 256. */
export const PIXEL_SCALE = 256;
/** Values that are converted between two breaths of main's event loop. */
const VALUES_AT_ONCE = 1 << 20;
const SPLIT_WORDS = { train: "training", valid: "validation", test: "test" } as const;

/**
 * Normalised features x (rows, F) and targets y: (rows,) of classes as indices or of one number, (rows, k) of k numbers,
 * each (value − offset) · scale of the data set's target.
 */
export interface DataTensors {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** The first rows of a split. */
export interface RowsWanted {
  readonly name: string;
  readonly split: Split;
  readonly rows: number;
}

/** Rows as the data set holds them; targets as networks see them. */
export interface StoredRows {
  /** (rows, features). */
  readonly x: Uint8Array | Float32Array;
  readonly y: Float32Array;
  /** Of y. */
  readonly shape: readonly number[];
  readonly features: number;
}

/** x becomes (x / divisor − offset) · scale, by feature, or with one of each for all. */
export interface StoredScaling extends Scaling {
  readonly divisor: number;
}

/** Rows of a split that are in the arena. */
interface Kept {
  readonly name: string;
  readonly rows: number;
  readonly scope: Scope;
  readonly tensors: DataTensors;
}

/** An opened data set; for bytes, the training images' statistics. */
interface Loaded {
  readonly source: DataSource;
  readonly statistics: Float64Array;
}

const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/**
 * Rows of data sets in the arena, normalised by what was fitted on all training rows. The last data set stays open; of
 * each split the rows that were last asked for stay until others are.
 */
export class DataRows {
  readonly #engine: Engine;
  readonly #library: DatasetLibrary;
  readonly #checkpoint: () => void;
  #loaded: Loaded | null = null;
  /** Its training rows are being read; whoever cancels leaves them to the next one that asks. */
  #reading: { readonly source: DataSource; readonly done: Promise<unknown> } | null = null;
  readonly #kept = new Map<Split, Kept>();

  /** `checkpoint` throws when the activity that is on was cancelled. */
  constructor(engine: Engine, library: DatasetLibrary, checkpoint: () => void = () => undefined) {
    this.#checkpoint = checkpoint;
    this.#engine = engine;
    this.#library = library;
  }

  /**
   * Valid until the next call for the same split.
   *
   * @throws {ContractError} If there is no such data set, or it has fewer rows. @throws {DataFormatError}
   * @throws {OutOfMemoryError} @throws {ExperimentCancelled}
   */
  async rows({ name, split, rows }: RowsWanted, threads: number): Promise<DataTensors> {
    const before = this.#kept.get(split);
    if (before?.rows === rows && before.name === name) return before.tensors;
    before?.scope.release();
    this.#kept.delete(split);
    const loaded = await this.#load(name, threads);
    const { dataset } = loaded.source;
    requireRows(dataset, split, rows);
    const scope = this.#engine.arena.scope();
    try {
      const width = targetWidth(dataset);
      const x = scope.tensor("x", [rows, dataset.features]);
      const y = scope.tensor("y", width === 1 ? [rows] : [rows, width]);
      const first = firstRowOf(dataset, split);
      await this.#fillTargets(y, dataset, await loaded.source.targets(first, rows));
      const { scaling } = loaded.source;
      if (scaling === null) await this.#normaliseBytes(loaded, { first, rows, x }, threads);
      else await this.#scale(loaded.source, scaling, { first, rows, x });
      const tensors = { x, y };
      this.#kept.set(split, { name, rows, scope, tensors });
      return tensors;
    } catch (error) {
      scope.release();
      throw error;
    }
  }

  /** Rows of a split before they are normalised, copied. @throws {ContractError} @throws {DataFormatError} */
  async stored({ name, split, rows }: RowsWanted, threads: number): Promise<StoredRows> {
    const { source } = await this.#load(name, threads);
    const { dataset } = source;
    const { features } = dataset;
    requireRows(dataset, split, rows);
    const first = firstRowOf(dataset, split);
    const width = targetWidth(dataset);
    const y = new Float32Array(rows * width);
    await this.#scaleTargets(y, dataset, await source.targets(first, rows));
    const x = source.scaling === null ? new Uint8Array(rows * features) : new Float32Array(rows * features);
    const rowsAtOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / features));
    for (let row = 0; row < rows; row += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, rows - row);
      x.set(await source.features(first + row, count), row * features);
      this.#checkpoint();
      await breathe();
    }
    return { x, y, shape: width === 1 ? [rows] : [rows, width], features };
  }

  /** What normalises the rows of a data set. @throws {ContractError} @throws {DataFormatError} */
  async scaling(name: string, threads: number): Promise<StoredScaling> {
    const { source, statistics } = await this.#load(name, threads);
    if (source.scaling !== null) return { divisor: 1, ...source.scaling };
    const [mean, std] = [statistics[STATISTICS.mean] ?? 0, statistics[STATISTICS.std] ?? 1];
    return { divisor: PIXEL_SCALE, offsets: [mean], scales: [1 / std] };
  }

  /** What a black pixel holds after normalisation; 0 where features are no pixels. @throws {ContractError} @throws {DataFormatError} */
  async background(name: string, threads: number): Promise<number> {
    const { source, statistics } = await this.#load(name, threads);
    const { scaling, dataset } = source;
    if (scaling === null) return -(statistics[STATISTICS.mean] ?? 0) / (statistics[STATISTICS.std] ?? 1);
    return dataset.layout === null ? 0 : -(scaling.offsets[0] ?? 0) * (scaling.scales[0] ?? 1);
  }

  /** The features of one row as they are stored, of the data set that was asked for last. @throws {DataFormatError} */
  async raw(split: Split, row: number): Promise<Uint8Array | Float32Array> {
    if (this.#loaded === null) throw new TypeError("DataRows.raw: no data set was asked for");
    const { source } = this.#loaded;
    return (await source.features(firstRowOf(source.dataset, split) + row, 1)).slice();
  }

  /** One row as it is stored, and its targets as a network has them. @throws {ContractError} @throws {DataFormatError} */
  async row(
    name: string,
    split: Split,
    row: number,
  ): Promise<{ readonly features: Uint8Array | Float32Array; readonly targets: Float32Array }> {
    const { source } = await this.#load(name, 1);
    const { target } = source.dataset;
    const at = firstRowOf(source.dataset, split) + row;
    if (row >= rowsOf(source.dataset, split)) {
      throw new ContractError(`${source.dataset.title} has no row ${row} in the split "${split}"`);
    }
    const features = (await source.features(at, 1)).slice();
    const values = (await source.targets(at, 1)).slice();
    if (target.kind === "classes") return { features, targets: values };
    return {
      features,
      targets: values.map((value, c) => (value - (target.offsets[c] ?? 0)) * (target.scales[c] ?? 1)),
    };
  }

  /** Features of one row, as stored, as a network trained on this data set sees them. @throws {DataFormatError} */
  async normalise(name: string, values: ArrayLike<number>): Promise<Float64Array> {
    const { source, statistics } = await this.#load(name, 1);
    if (source.scaling !== null) return Float64Array.from(values, scaledBy(source.scaling));
    const [mean, std] = [statistics[STATISTICS.mean] ?? 0, statistics[STATISTICS.std] ?? 1];
    return Float64Array.from(values, (value) => (value / PIXEL_SCALE - mean) / std);
  }

  /** As `normalise`, of whole rows one after the other. */
  async normaliseRows(name: string, values: Float32Array): Promise<Float32Array> {
    const { source, statistics } = await this.#load(name, 1);
    const { features } = source.dataset;
    if (source.scaling !== null) {
      const by = scaledBy(source.scaling);
      return values.map((value, i) => by(value, i % features));
    }
    const [mean, std] = [statistics[STATISTICS.mean] ?? 0, statistics[STATISTICS.std] ?? 1];
    return values.map((value) => (value / PIXEL_SCALE - mean) / std);
  }

  /** Gives the arena's memory back. */
  release(): void {
    for (const { scope } of this.#kept.values()) scope.release();
    this.#kept.clear();
  }

  /** Forgets a data set that is no more. */
  forget(name: string): void {
    if (this.#loaded?.source.dataset.id === name) this.#loaded = null;
    for (const [split, kept] of this.#kept) {
      if (kept.name !== name) continue;
      kept.scope.release();
      this.#kept.delete(split);
    }
  }

  async #fillTargets(y: Tensor, dataset: Dataset, values: Float32Array): Promise<void> {
    await this.#scaleTargets(viewOf(this.#engine.arena.memory, y, "float32"), dataset, values);
  }

  async #scaleTargets(out: Float32Array, { target }: Dataset, values: Float32Array): Promise<void> {
    if (target.kind === "classes") {
      out.set(values);
      return;
    }
    const k = target.names.length;
    for (let i = 0; i < values.length; i++) {
      out[i] = ((values[i] ?? NaN) - (target.offsets[i % k] ?? 0)) * (target.scales[i % k] ?? 1);
      if (i % VALUES_AT_ONCE === VALUES_AT_ONCE - 1) await breathe();
    }
  }

  /** In float64 and then rounded once. */
  async #scale(source: DataSource, scaling: Scaling, wanted: Wanted): Promise<void> {
    const { first, rows, x } = wanted;
    const { features } = source.dataset;
    const rowsAtOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / features));
    const by = scaledBy(scaling);
    for (let row = 0; row < rows; row += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, rows - row);
      const values = await source.features(first + row, count);
      // Anew for each piece: the arena may have grown meanwhile.
      const out = viewOf(this.#engine.arena.memory, x, "float32").subarray(row * features);
      for (let i = 0; i < values.length; i++) out[i] = by(values[i] ?? NaN, i % features);
      this.#checkpoint();
      await breathe();
    }
  }

  async #normaliseBytes({ source, statistics }: Loaded, wanted: Wanted, threads: number): Promise<void> {
    const { first, rows, x } = wanted;
    const images = await source.features(first, rows);
    const { memory } = this.#engine.arena;
    await executeOnce(this.#engine, threads, (ops, own) => {
      const bytes = own.tensor("images", [rows, source.dataset.features], "uint8");
      const moments = own.tensor("statistics", [STATISTICS_LENGTH], "float64");
      viewOf(memory, bytes, "uint8").set(images);
      viewOf(memory, moments, "float64").set(statistics);
      ops.run({ op: "scaleBytes", bytes, out: x, divisor: PIXEL_SCALE });
      ops.run({ op: "normalize", x, statistics: moments, out: x });
      return () => undefined;
    });
  }

  async #load(name: string, threads: number): Promise<Loaded> {
    if (this.#loaded?.source.dataset.id === name) return this.#loaded;
    const source =
      this.#reading?.source.dataset.id === name ? this.#reading.source : this.#library.open(name);
    await unlessCancelled(this.#read(source), this.#checkpoint, () => undefined);
    const statistics = await this.#statistics(source, threads);
    return (this.#loaded = { source, statistics });
  }

  /** On a busy machine this takes seconds: it is begun once, however many are cancelled meanwhile. */
  #read(source: DataSource): Promise<unknown> {
    if (this.#reading?.source === source) return this.#reading.done;
    // Files of bytes are read whole; others piece by piece later.
    const done = source.targets(0, 1).then(() => (source.scaling === null ? source.features(0, 1) : null));
    const reading = { source, done };
    this.#reading = reading;
    const forget = (): void => {
      if (this.#reading === reading) this.#reading = null;
    };
    done.then(forget, forget);
    return done;
  }

  async #statistics(source: DataSource, threads: number): Promise<Float64Array> {
    const { trainRows, features, normalisation } = source.dataset;
    if (source.scaling !== null || normalisation === "unit") {
      const statistics = new Float64Array(STATISTICS_LENGTH);
      statistics[STATISTICS.std] = 1;
      return statistics;
    }
    const images = await source.features(0, trainRows);
    const { memory } = this.#engine.arena;
    return executeOnce(this.#engine, threads, (ops, scope) => {
      const bytes = scope.tensor("images", [trainRows, features], "uint8");
      const x = scope.tensor("x_train", [trainRows, features]);
      const moments = scope.tensor("statistics", [STATISTICS_LENGTH], "float64");
      viewOf(memory, bytes, "uint8").set(images);
      ops.run({ op: "scaleBytes", bytes, out: x, divisor: PIXEL_SCALE });
      ops.run({ op: "statistics", x, out: moments });
      return () => viewOf(memory, moments, "float64").slice();
    });
  }
}

/** @throws {ContractError} If a split has fewer rows. */
function requireRows(dataset: Dataset, split: Split, rows: number): void {
  const available = rowsOf(dataset, split);
  if (rows <= available) return;
  throw new ContractError(
    `${dataset.title} has ${available} ${SPLIT_WORDS[split]} rows; ${rows} were asked for`,
  );
}

interface Wanted {
  readonly first: number;
  readonly rows: number;
  readonly x: Tensor;
}

/** A value of feature `index`, scaled. */
const scaledBy = ({ offsets, scales }: Scaling): ((value: number, index: number) => number) => {
  const [offset = 0, scale = 1] = [offsets[0], scales[0]];
  if (offsets.length === 1) return (value) => (value - offset) * scale;
  return (value, index) => (value - (offsets[index] ?? 0)) * (scales[index] ?? 1);
};
