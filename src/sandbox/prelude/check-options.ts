import { handleOf, isTensor, wrap, type Tensor } from "./tensor.ts";

/** How thoroughly gradients are checked. */
export interface CheckOptions {
  /** Coordinates of each tensor at which central differences prove the reference; 3 unless told. */
  readonly differences?: number | "all";
  /** Of the tensors in `batch` only the first rows are taken, all where there are fewer. */
  readonly rows?: number;
  readonly batch?: readonly Tensor[];
}

/** Beside one random direction of each tensor. */
const DIFFERENCES = 3;
const MOST_DIFFERENCES = 1_000_000;
const NAMES: readonly string[] = ["differences", "rows", "batch"];

/** @throws {TypeError} If there is an option of another name, which would change nothing. */
export function needOptions(kind: string, options: unknown, names = NAMES): void {
  const given = typeof options === "object" && options !== null ? Object.keys(options) : null;
  if (given === null) throw new TypeError(`${kind}(): expected options, { ${names.join(", ")} }`);
  const unknown = given.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const known = names.length === 1 ? `the only one is ${names[0]}` : `there are ${names.join(", ")}`;
  throw new TypeError(`${kind}(): there is no option ${unknown}; ${known}`);
}

/** As many coordinates as were asked for; Infinity for all. @throws {RangeError} */
export function differencesOf(kind: string, given: unknown = DIFFERENCES): number {
  if (given === "all") return Infinity;
  if (typeof given === "number" && Number.isInteger(given) && given >= 1 && given <= MOST_DIFFERENCES) {
    return given;
  }
  throw new RangeError(
    `${kind}(): differences must be a whole number from 1 to 1,000,000, or "all", got ${String(given)}`,
  );
}

/** Tensors of which only the first rows are taken while a function is checked. */
export interface Batch {
  /** 0 where nothing is cut. */
  readonly rows: number;
  readonly of: number;
  readonly cut: ReadonlyMap<Tensor, Tensor>;
}

const areTensorsWithRows = (given: unknown): given is readonly Tensor[] =>
  Array.isArray(given) && given.length > 0 && given.every((one) => isTensor(one) && one.ndim > 0);

/** @throws {TypeError} @throws {RangeError} */
export function batchOf(kind: string, { rows, batch }: CheckOptions): Batch {
  if (rows === undefined && batch === undefined) return { rows: 0, of: 0, cut: new Map() };
  if (rows === undefined || batch === undefined) {
    throw new TypeError(
      `${kind}(): rows and batch belong together: { rows: 256, batch: [x, y] } takes the first 256 rows of x and y`,
    );
  }
  if (!Number.isInteger(rows) || rows < 1) {
    throw new RangeError(`${kind}(): rows must be a whole number of at least 1, got ${rows}`);
  }
  if (!areTensorsWithRows(batch)) {
    throw new TypeError(`${kind}(): batch must be a list of tensors with rows, [x, y]`);
  }
  const counts = batch.map(({ shape }) => shape[0] ?? 0);
  const [of = 0] = counts;
  const other = counts.find((count) => count !== of);
  if (other !== undefined) {
    throw new RangeError(
      `${kind}(): the tensors of batch must have equally many rows, got ${of} and ${other}`,
    );
  }
  const taken = Math.min(rows, of);
  const cut = batch.map((one) => [one, wrap(handleOf(one.slice(0, taken)))] as const);
  return { rows: taken, of, cut: new Map(cut) };
}
