/** What one activity has of the arena: what it allocated since the meter began, and what it took over from before. */
export class MemoryMeter {
  readonly #sizes = new Map<number, number>();
  #bytes = 0;
  #peakBytes = 0;

  /** The most that it had at a time. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** An allocation is the activity's own from now on. */
  add(offset: number, size: number): void {
    if (this.#sizes.has(offset)) return;
    this.#sizes.set(offset, size);
    this.#bytes += size;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes);
  }

  /** Of others nothing was counted. */
  remove(offset: number): void {
    this.#bytes -= this.#sizes.get(offset) ?? 0;
    this.#sizes.delete(offset);
  }
}
