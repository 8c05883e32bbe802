/**
 * At most `most` + 1 items of a stream of unknown length, evenly spread over all of it: every n-th from the first on and
 * the newest. When there are more, every second one goes, and n doubles.
 */
export class EvenSample<T> {
  readonly #most: number;
  readonly #kept: T[] = [];
  #every = 1;
  #seen = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** In the order in which they came; the newest is the last. */
  get all(): readonly T[] {
    return this.#kept;
  }

  add(item: T): void {
    // The newest so far stays only where its turn is.
    if (this.#seen > 0 && (this.#seen - 1) % this.#every !== 0) this.#kept.pop();
    this.#kept.push(item);
    this.#seen++;
    if (this.#kept.length <= this.#most + 1) return;
    const last = this.#kept.length - 1;
    this.#kept.splice(0, last + 1, ...this.#kept.filter((_, index) => index % 2 === 0 || index === last));
    this.#every *= 2;
  }
}
