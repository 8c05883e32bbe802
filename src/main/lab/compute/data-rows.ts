import { ContractError } from "../../../core/errors.ts";
import { BYTE_VALUES, type ByteAffine } from "../../../core/ops/op.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import { rowsOf, type Dataset, type Split } from "../../../shared/experiments/dataset.ts";
import type { PixelRange } from "../../../shared/experiments/pixel-range.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { Scope } from "../../engine/arena.ts";
import type { Engine } from "../../engine/engine.ts";
import {
  firstRowOf,
  targetWidth,
  type DataSource,
  type Moments,
  type Scaling,
} from "../datasets/data-source.ts";
import type { DatasetLibrary } from "../datasets/dataset-library.ts";
import { readPixelRange } from "../datasets/read-pixel-range.ts";
import { byteAffine, ByteCounts, byteValues, PIXEL_SCALE, type ByteScaling } from "./byte-values.ts";

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

/**
 * Rows as a training gathers them: floats as in `DataTensors`, or where the data set has bytes and one scaling for all
 * of them, x (rows, F) uint8 with the float of each byte in `byteValues`.
 */
export interface TrainingRows extends DataTensors {
  /** What x's bytes stand for: (256,) float32, and how to compute them; null where x holds floats. */
  readonly byteValues: { readonly values: Tensor; readonly affine: ByteAffine | null } | null;
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
  /** Whether a training could have had them as bytes. */
  readonly ofBytes: boolean;
  readonly tensors: TrainingRows;
}

/** An opened data set; of bytes without a scaling of their own, the training images' mean and deviation. */
interface Loaded {
  readonly source: DataSource;
  readonly mean: number;
  readonly std: number;
}

const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** Tensors for rows without their values, and for the table of what bytes stand for. */
function placeRows(
  scope: Scope,
  dataset: Dataset,
  rows: number,
  asBytes: boolean,
): DataTensors & { readonly table: Tensor | null } {
  const width = targetWidth(dataset);
  return {
    x: scope.tensor("x", [rows, dataset.features], asBytes ? "uint8" : "float32"),
    y: scope.tensor("y", width === 1 ? [rows] : [rows, width]),
    table: asBytes ? scope.tensor("value of each byte", [BYTE_VALUES]) : null,
  };
}

/** Rows as `DataRows.rows` would place them, for forecasts. */
export const expectRows = (scope: Scope, dataset: Dataset, rows: number): DataTensors =>
  placeRows(scope, dataset, rows, false);

/** Rows as `DataRows.trainingRows` would place them, for forecasts: bytes where one scaling is for all of them. */
export function expectTrainingRows(scope: Scope, dataset: Dataset, rows: number): TrainingRows {
  const asBytes = dataset.storage === "uint8" && dataset.normalisation !== "feature";
  const { x, y, table } = placeRows(scope, dataset, rows, asBytes);
  return { x, y, byteValues: table === null ? null : { values: table, affine: null } };
}

/**
 * Rows of data sets in the arena, normalised by what was fitted on all training rows. The last data set stays open; of
 * each split the rows that were last asked for stay until others are.
 */
export class DataRows {
  readonly #engine: Engine;
  readonly #library: DatasetLibrary;
  readonly #checkpoint: () => void;
  #loaded: Loaded | null = null;
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
  rows(wanted: RowsWanted): Promise<DataTensors> {
    return this.#keep(wanted, { bytes: false });
  }

  /** As `rows`, bytes as bytes: a quarter of the memory to keep and to read. */
  trainingRows(wanted: RowsWanted): Promise<TrainingRows> {
    return this.#keep(wanted, { bytes: true });
  }

  async #keep({ name, split, rows }: RowsWanted, wanted: { readonly bytes: boolean }): Promise<TrainingRows> {
    const before = this.#kept.get(split);
    if (before?.rows === rows && before.name === name) {
      const asBytes = before.tensors.byteValues !== null;
      if (asBytes === (wanted.bytes && before.ofBytes)) {
        for (const offset of before.scope.offsets) this.#engine.arena.takeOver(offset);
        return before.tensors;
      }
    }
    before?.scope.release();
    this.#kept.delete(split);
    const loaded = await this.#load(name);
    const { dataset } = loaded.source;
    requireRows(dataset, split, rows);
    const scope = this.#engine.arena.scope();
    try {
      const { memory } = this.#engine.arena;
      const byteScaling = byteScalingOf(loaded);
      const values = byteScaling === null ? null : byteValues(byteScaling);
      const { x, y, table } = placeRows(scope, dataset, rows, wanted.bytes && values !== null);
      const first = firstRowOf(dataset, split);
      await this.#fillTargets(y, dataset, await loaded.source.targets(first, rows));
      await this.#inPieces(loaded.source, { first, rows }, (stored, at) => {
        // The view is made anew for each piece: the arena may have grown meanwhile.
        if (x.dtype === "uint8") viewOf(memory, x, "uint8").set(stored, at);
        else normaliseInto(viewOf(memory, x, "float32").subarray(at), stored, loaded, values);
      });
      let tensors: TrainingRows = { x, y, byteValues: null };
      if (table !== null && byteScaling !== null) {
        viewOf(memory, table, "float32").set(byteValues(byteScaling));
        tensors = { x, y, byteValues: { values: table, affine: byteAffine(byteScaling) } };
      }
      this.#kept.set(split, { name, rows, scope, ofBytes: values !== null, tensors });
      return tensors;
    } catch (error) {
      scope.release();
      throw error;
    }
  }

  /** Rows of a split before they are normalised, copied. @throws {ContractError} @throws {DataFormatError} */
  async stored({ name, split, rows }: RowsWanted): Promise<StoredRows> {
    const { source } = await this.#load(name);
    const { dataset } = source;
    const { features } = dataset;
    requireRows(dataset, split, rows);
    const first = firstRowOf(dataset, split);
    const width = targetWidth(dataset);
    const y = new Float32Array(rows * width);
    await this.#scaleTargets(y, dataset, await source.targets(first, rows));
    const x = source.scaling === null ? new Uint8Array(rows * features) : new Float32Array(rows * features);
    await this.#inPieces(source, { first, rows }, (values, at) => {
      x.set(values, at);
    });
    return { x, y, shape: width === 1 ? [rows] : [rows, width], features };
  }

  /** What normalises the rows of a data set. @throws {ContractError} @throws {DataFormatError} */
  async scaling(name: string): Promise<StoredScaling> {
    const { source, mean, std } = await this.#load(name);
    if (source.scaling !== null) return { divisor: 1, ...source.scaling };
    return { divisor: PIXEL_SCALE, offsets: [mean], scales: [1 / std] };
  }

  /** What a black pixel holds after normalisation; 0 where features are no pixels. @throws {ContractError} @throws {DataFormatError} */
  async background(name: string): Promise<number> {
    const { source, mean, std } = await this.#load(name);
    const { scaling, dataset } = source;
    if (scaling === null) return -mean / std;
    return dataset.layout === null ? 0 : -(scaling.offsets[0] ?? 0) * (scaling.scales[0] ?? 1);
  }

  /** One row as it is stored, and its targets as a network has them. @throws {ContractError} @throws {DataFormatError} */
  async row(
    name: string,
    split: Split,
    row: number,
  ): Promise<{ readonly features: Uint8Array | Float32Array; readonly targets: Float32Array }> {
    const { source } = await this.#load(name);
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

  /** What images of a data set are drawn on; null where rows are no images. @throws {ContractError} @throws {DataFormatError} */
  async pixelRange(name: string): Promise<PixelRange | null> {
    return readPixelRange((await this.#load(name)).source);
  }

  /** Features of one row, as stored, as a network trained on this data set sees them. @throws {DataFormatError} */
  async normalise(name: string, values: ArrayLike<number>): Promise<Float64Array> {
    const { source, mean, std } = await this.#load(name);
    if (source.scaling !== null) return Float64Array.from(values, scaledBy(source.scaling));
    return Float64Array.from(values, (value) => (value / PIXEL_SCALE - mean) / std);
  }

  /** As `normalise`, of whole rows one after the other. */
  async normaliseRows(name: string, values: Float32Array): Promise<Float32Array> {
    const { source, mean, std } = await this.#load(name);
    const { features } = source.dataset;
    if (source.scaling !== null) {
      const by = scaledBy(source.scaling);
      return values.map((value, i) => by(value, i % features));
    }
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

  /** Rows of a split, some at a time, with the place of the first value among all that are wanted. */
  async #inPieces(
    source: DataSource,
    { first, rows }: { readonly first: number; readonly rows: number },
    visit: (values: Uint8Array | Float32Array, at: number) => void,
  ): Promise<void> {
    const { features } = source.dataset;
    const rowsAtOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / features));
    for (let row = 0; row < rows; row += rowsAtOnce) {
      visit(await source.features(first + row, Math.min(rowsAtOnce, rows - row)), row * features);
      this.#checkpoint();
      await breathe();
    }
  }

  async #load(name: string): Promise<Loaded> {
    if (this.#loaded?.source.dataset.id === name) return this.#loaded;
    const source = this.#library.open(name);
    return (this.#loaded = { source, ...(await this.#moments(source)) });
  }

  /** Mean and deviation of all training images, where they decide the scaling. */
  async #moments(source: DataSource): Promise<Moments> {
    const { trainRows, normalisation } = source.dataset;
    if (source.scaling !== null || normalisation === "unit") return { mean: 0, std: 1 };
    if (source.moments !== undefined) return source.moments;
    const counts = new ByteCounts();
    await this.#inPieces(source, { first: 0, rows: trainRows }, (values) => {
      counts.add(values);
    });
    return counts.moments(PIXEL_SCALE);
  }
}

const isBytes = ({ scaling, dataset }: DataSource): boolean =>
  scaling === null || dataset.storage === "uint8";

/** What normalises each byte; null where features are no bytes, or have scalings of their own. */
function byteScalingOf({ source, mean, std }: Loaded): ByteScaling | null {
  const { scaling } = source;
  if (!isBytes(source)) return null;
  if (scaling === null) return { divisor: PIXEL_SCALE, offset: mean, scale: 1 / std };
  const [offset = 0, scale = 1] = [scaling.offsets[0], scaling.scales[0]];
  return scaling.offsets.length > 1 ? null : { divisor: 1, offset, scale };
}

/** @throws {ContractError} If a split has fewer rows. */
function requireRows(dataset: Dataset, split: Split, rows: number): void {
  const available = rowsOf(dataset, split);
  if (rows <= available) return;
  throw new ContractError(
    `${dataset.title} has ${available} ${SPLIT_WORDS[split]} rows; ${rows} were asked for`,
  );
}

/** Stored values of whole rows, each computed in float64 and then rounded once. */
function normaliseInto(
  out: Float32Array,
  stored: Uint8Array | Float32Array,
  { source: { scaling, dataset } }: Loaded,
  values: Float32Array | null,
): void {
  if (values !== null) {
    for (let i = 0; i < stored.length; i++) out[i] = values[stored[i] ?? NaN] ?? NaN;
  } else if (scaling !== null) {
    const by = scaledBy(scaling);
    for (let i = 0; i < stored.length; i++) out[i] = by(stored[i] ?? NaN, i % dataset.features);
  }
}

/** A value of feature `index`, scaled. */
const scaledBy = ({ offsets, scales }: Scaling): ((value: number, index: number) => number) => {
  const [offset = 0, scale = 1] = [offsets[0], scales[0]];
  if (offsets.length === 1) return (value) => (value - offset) * scale;
  return (value, index) => (value - (offsets[index] ?? 0)) * (scales[index] ?? 1);
};
