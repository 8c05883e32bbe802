import { basename } from "node:path";
import { isMissing } from "../../../data/csv-dialect.ts";
import { NotNumbersError } from "../../../data/npy-header.ts";
import { readIdx } from "../../../data/read-idx.ts";
import { readNpy, readNpyTexts, type NumberArray, type TextArray } from "../../../data/read-npy.ts";
import { readNpz } from "../../../data/read-npz.ts";
import type { ReadingWatch } from "../../../data/table-source.ts";

/** An array with where it came from, in words. */
export interface PlacedArray extends NumberArray {
  readonly path: string;
  /** Of the file, or of the array in its archive. */
  readonly name: string;
  /** Of words: its values are places in these; NaN where one is missing. */
  readonly words?: readonly string[];
}

/** What is no part of the data, in words: "names (text …)". */
export type LeftOut = string[];

/** Makes numbers of words, in all arrays the same. */
class WordCoder {
  readonly words: string[] = [];
  readonly #places = new Map<string, number>();

  #placeOf(word: string): number {
    const known = this.#places.get(word);
    if (known !== undefined) return known;
    this.#places.set(word, this.words.length);
    return this.words.push(word) - 1;
  }

  coded({ shape, texts }: TextArray): NumberArray & Pick<PlacedArray, "words"> {
    const data = Float64Array.from(texts, (text) => (isMissing(text) ? NaN : this.#placeOf(text)));
    return { shape, dtype: "text", data, words: this.words };
  }
}

/** Numbers, or words one a row. @throws {DataFormatError} */
async function readNpyOrTexts(path: string, coder: WordCoder): Promise<Omit<PlacedArray, "path" | "name">> {
  try {
    return await readNpy(path);
  } catch (error) {
    const texts = error instanceof NotNumbersError ? await readNpyTexts(path, error) : null;
    if (texts === null) throw error;
    return coder.coded(texts);
  }
}

/** All arrays of IDX, .npy and .npz files; what is no part of the data is added to `leftOut`. @throws {DataFormatError} */
export async function readArrays(
  paths: readonly string[],
  watch: ReadingWatch,
  leftOut: LeftOut,
): Promise<PlacedArray[]> {
  const arrays: PlacedArray[] = [];
  const coder = new WordCoder();
  for (const [index, path] of paths.entries()) {
    watch.checkpoint();
    if (/\.npz$/i.test(path)) {
      const npz = await readNpz(path);
      for (const { name, why } of npz.leftOut) leftOut.push(`${name}: ${why}`);
      for (const array of npz.arrays) {
        if (array.shape.length > 0) arrays.push({ ...array, path });
        else leftOut.push(`${array.name}: a single value`);
      }
      for (const { name, why, ...texts } of npz.texts) {
        const isPart = npz.arrays.some(
          ({ shape: [rows, ...item] }) => item.length > 0 && rows === texts.shape[0],
        );
        if (isPart) arrays.push({ ...coder.coded(texts), path, name });
        else leftOut.push(`${name}: ${why}`);
      }
    } else {
      const array = await (/\.npy$/i.test(path) ? readNpyOrTexts(path, coder) : readIdx(path));
      arrays.push({ ...array, path, name: basename(path) });
    }
    watch.progress((index + 1) / paths.length);
  }
  return arrays;
}
