import { hash32, hashKey } from "../core/random/hash.ts";
import type { DrawKey } from "../core/tensor/tensor-node.ts";

/** A number below 2³² of a cell's id. */
function streamOf(id: string): number {
  let hash = 0;
  for (const character of id) hash = hash32((hash + (character.codePointAt(0) ?? 0)) | 0);
  return hash;
}

/** Keys of random numbers: by the document's seed, the cell, and how many the cell has drawn before. */
export class RandomKeys {
  readonly #documentSeed: number;
  #seed: number;
  #stream = 0;
  #draws = 0;
  #keys = 0;

  constructor(documentSeed: number) {
    this.#documentSeed = documentSeed;
    this.#seed = documentSeed;
  }

  beginCell(id: string): void {
    this.#seed = this.#documentSeed;
    this.#stream = streamOf(id);
    this.#draws = 0;
    this.#keys = 0;
  }

  /** From here to the cell's end; the draws begin anew. */
  reseed(seed: number): void {
    this.#seed = seed;
    this.#stream = 0;
    this.#draws = 0;
    this.#keys = 0;
  }

  nextDraw(): DrawKey {
    return { seed: this.#seed, stream: this.#stream, draw: this.#draws++ };
  }

  /** For a generator of the cell's own. */
  nextKey(): number {
    return hash32(hashKey(this.#seed ^ this.#stream, this.#keys++) ^ 0x5bd1e995);
  }
}
