import type { ActivationHistogram } from "../../../../shared/experiments/training.ts";

/** Heat maps keep so many columns; then every second one goes. */
const MOST_HISTOGRAMS = 256;

/** The heat maps' columns so far: when there are too many, every second one goes. */
export class HistogramLog {
  #kept: ActivationHistogram[] = [];
  #every = 1;
  #seen = 0;

  get all(): readonly ActivationHistogram[] {
    return this.#kept;
  }

  add(histogram: ActivationHistogram): void {
    if (this.#kept.at(-1)?.step === histogram.step) return;
    if (this.#seen++ % this.#every !== 0) return;
    this.#kept.push(histogram);
    if (this.#kept.length <= MOST_HISTOGRAMS) return;
    this.#kept = this.#kept.filter((_, index) => index % 2 === 0);
    this.#every *= 2;
  }
}
