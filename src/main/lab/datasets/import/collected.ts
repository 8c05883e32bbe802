import { DataFormatError } from "../../../../core/errors.ts";
import type { Steps } from "../../../../core/steps.ts";
import type { Layout } from "../../../../shared/experiments/dataset.ts";

/** Features of one data set at most: what fits into memory beside the engine. */
export const MOST_FEATURE_BYTES = 2 ** 30;

/** Rows as they come from files, before they are split. */
export interface Collected {
  readonly rows: number;
  readonly features: number;
  /** (rows, features); NaN where a value is missing and is to be filled. */
  readonly values: Uint8Array | Float32Array;
  /** (rows, k): indices of `classes`, or numbers. */
  readonly targets: Float32Array;
  /** Names of the classes, or null for numbers. */
  readonly classes: readonly string[] | null;
  readonly targetNames: readonly string[];
  readonly featureNames: readonly string[];
  readonly layout: Layout | null;
  /** 0 train, 1 validation, 2 test, where columns or names of files say so. */
  readonly given: Uint8Array | null;
}

const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** Calls `piece` for stretches of `count` things, about a million values each, with room between them for main's other work. */
export async function inPieces(
  count: number,
  valuesEach: number,
  piece: (from: number, to: number) => void,
  checkpoint: () => void = () => undefined,
): Promise<void> {
  const atOnce = Math.max(1, Math.floor((1 << 20) / Math.max(1, valuesEach)));
  for (let from = 0; from < count; from += atOnce) {
    checkpoint();
    piece(from, Math.min(count, from + atOnce));
    await breathe();
  }
}

/** How long main may be held up by one thing. */
const MOST_HELD_UP_MS = 10;

/** All steps, with room between them for main's other work. @returns the result. @throws What `checkpoint` throws. */
export async function inSteps<T>(steps: Steps<T>, checkpoint: () => void): Promise<T> {
  let beganMs = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() - beganMs < MOST_HELD_UP_MS) continue;
    await breathe();
    checkpoint();
    beganMs = performance.now();
  }
}

/** Room for features. @throws {RangeError} If they are more than a data set may have. */
export function allocateValues(
  rows: number,
  features: number,
  storage: "uint8" | "float32",
): Uint8Array | Float32Array {
  const bytes = rows * features * (storage === "uint8" ? 1 : 4);
  if (bytes > MOST_FEATURE_BYTES) {
    throw new RangeError(
      `${rows} rows of ${features} features take ${(bytes / 2 ** 30).toFixed(1)} GiB as ${storage}; a data set may have 1 GiB: ignore columns, or import a part of the rows`,
    );
  }
  return storage === "uint8" ? new Uint8Array(rows * features) : new Float32Array(rows * features);
}

/** Which split a name means: 0 train, 1 validation, 2 test; null for none. */
export function splitNamed(name: string): 0 | 1 | 2 | null {
  const words = name.toLowerCase().split(/[^a-z0-9]+/);
  if (words.some((word) => ["test", "testing", "t10k"].includes(word))) return 2;
  if (words.some((word) => ["valid", "validation", "val", "dev"].includes(word))) return 1;
  return words.some((word) => ["train", "training"].includes(word)) ? 0 : null;
}

/** Whether names say which rows are for test or validation, and leave some to train on: a lone "test" says nothing. */
export const isSplitByNames = (splits: readonly (0 | 1 | 2 | null)[]): boolean =>
  splits.some((split) => split === 1 || split === 2) && splits.some((split) => split === 0 || split === null);

/** What a file that was previewed has become meanwhile. */
export const changedFile = (path: string): DataFormatError =>
  new DataFormatError(
    path,
    0,
    "the file that was previewed",
    "another: it was changed meanwhile. Choose it again",
  );
