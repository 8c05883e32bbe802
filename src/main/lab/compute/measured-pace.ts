/** What nothing was measured for counts as much as one experiment of this length that took what was expected. */
const EXPECTED_MS = 500;
/** An experiment counts by its length, and after each later one by this share of it. */
const KEPT_SHARE = 0.5;
/** In a shorter one all else takes longer than what is forecast, and nobody waits for it. */
const LEAST_MS = 200;

/**
 * How much longer this machine takes than the constants of a forecast say: Σ measured / Σ expected over the experiments
 * of this session that were expected to take a while.
 */
export class MeasuredPace {
  #tookMs = EXPECTED_MS;
  #expectedMs = EXPECTED_MS;

  /** A factor for what is expected of the next one; 1 at first. */
  get factor(): number {
    return this.#tookMs / this.#expectedMs;
  }

  add(tookMs: number, expectedMs: number): void {
    if (expectedMs < LEAST_MS) return;
    this.#tookMs = KEPT_SHARE * this.#tookMs + tookMs;
    this.#expectedMs = KEPT_SHARE * this.#expectedMs + expectedMs;
  }
}
