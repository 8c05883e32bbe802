/** The pace is that of the last share of the time so far: a machine that became busy, or free again, shows soon. */
const RECENT_SHARE = 0.3;
const LEAST_RECENT_MS = 5_000;
/** No forecast before this much time and progress: it would be a guess. */
const AFTER_MS = 1_000;
const AFTER_FRACTION = 0.02;
const MOST_SAMPLES = 512;

interface Sample {
  readonly ms: number;
  readonly fraction: number;
}

/** How fast a piece of work gets on, measured on itself: from where it began, which for a resumed one is not 0. */
export class RecentPace {
  #samples: Sample[] = [];

  add(ms: number, fraction: number): void {
    // Work that begins anew, as the next part of a whole, has its own pace.
    if (fraction < (this.#samples.at(-1)?.fraction ?? 0)) this.#samples = [];
    this.#samples.push({ ms, fraction });
    if (this.#samples.length > MOST_SAMPLES) this.#samples = this.#samples.filter((_, i) => i % 2 === 0);
  }

  /** Milliseconds from `nowMs` to the end at the recent pace; null while there is too little to go by. */
  leftMs(nowMs: number): number | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined) return null;
    const spanMs = nowMs - first.ms;
    if (spanMs < AFTER_MS || last.fraction - first.fraction < AFTER_FRACTION) return null;
    const sinceMs = nowMs - Math.max(LEAST_RECENT_MS, RECENT_SHARE * spanMs);
    const from = this.#samples.findLast(({ ms }) => ms <= sinceMs) ?? first;
    // Nothing came in all that time: the whole is all there is to go by.
    const base = last.fraction > from.fraction ? from : first;
    return ((nowMs - base.ms) * (1 - last.fraction)) / (last.fraction - base.fraction);
  }
}
