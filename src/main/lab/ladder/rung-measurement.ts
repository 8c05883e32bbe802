import type { GradientComparison } from "../../../core/gradient-check.ts";
import {
  interquartileRange,
  mean,
  median,
  medianAbsoluteDeviation,
  outlierFences,
  standardDeviation,
} from "../../../core/statistics.ts";
import type { LadderSample, ProductShape, RungResult } from "../../../shared/experiments/ladder.ts";
import type { Contender } from "../rungs/contender.ts";

/** What a rung's identity is, before anything was measured of it. */
export type RungIdentity = Pick<Contender, "rung" | "name" | "threads">;

/** Everything known of a rung at one shape, as it is measured. */
export class RungMeasurement {
  readonly #identity: RungIdentity;
  readonly #shape: ProductShape;
  /** Of one worker; null while it is not known. */
  readonly #peakGflops: number | null;
  #status: RungResult["status"] = "cancelled";
  #maxDiff = NaN;
  #verified = false;
  readonly #notes: string[] = [];
  readonly #taken: { readonly order: number; readonly ms: number; readonly cold: boolean }[] = [];
  callsPerSample = 1;

  constructor({ rung, name, threads }: RungIdentity, shape: ProductShape, peakGflops: number | null) {
    this.#identity = { rung, name, threads };
    this.#shape = shape;
    this.#peakGflops = peakGflops;
  }

  get identity(): RungIdentity {
    return this.#identity;
  }

  get status(): RungResult["status"] {
    return this.#status;
  }

  /** Times of the samples, in order, without the cold call. */
  get warmMs(): readonly number[] {
    return this.#taken.filter(({ cold }) => !cold).map(({ ms }) => ms);
  }

  /** Ends it with the reason; what was sampled before stays. */
  end(status: "skipped" | "unavailable", note: string): void {
    if (this.warmMs.length === 0) this.#status = status;
    this.note(note);
  }

  /** @returns whether the result was right: one that was wrong has no times, now or later. */
  compared(comparison: GradientComparison, cold: { readonly order: number; readonly ms: number }): boolean {
    this.#maxDiff = comparison.maxAbs;
    this.#verified = comparison.passed;
    if (!comparison.passed) {
      this.#status = "wrong";
      this.note(`its product is wrong and it was not timed: ${comparison.reason}`);
      return false;
    }
    this.#status = "measured";
    this.#taken.push({ ...cold, cold: true });
    return true;
  }

  add(order: number, ms: number): void {
    this.#taken.push({ order, ms, cold: false });
  }

  /** The ladder was cancelled before this rung had all its samples: what there is stays. */
  cancel(): void {
    if (this.#status !== "measured") return;
    const samples = this.warmMs.length;
    if (samples === 0) this.#status = "cancelled";
    else this.note(`cancelled after ${samples} samples`);
  }

  note(note: string): void {
    this.#notes.push(note);
  }

  /** What is known now; ratios are added when the shape's rungs are ranked. */
  result(): RungResult {
    const { m, k, n } = this.#shape;
    const multiplyAdds = m * k * n;
    const warm = this.warmMs;
    const fences = outlierFences(warm);
    const medianMs = median(warm);
    const gflops = (2 * multiplyAdds) / medianMs / 1e6;
    const { threads } = this.#identity;
    const samples = this.#taken.map((sample): LadderSample => ({
      ...sample,
      outlier: !sample.cold && (sample.ms < fences.lo || sample.ms > fences.hi),
    }));
    return {
      ...this.#identity,
      shape: this.#shape,
      status: this.#status,
      verified: this.#verified,
      maxDiff: this.#maxDiff,
      callsPerSample: this.callsPerSample,
      coldMs: samples.find(({ cold }) => cold)?.ms ?? NaN,
      medianMs,
      iqrMs: interquartileRange(warm),
      minMs: warm.length === 0 ? NaN : Math.min(...warm),
      madMs: medianAbsoluteDeviation(warm),
      variation: standardDeviation(warm) / mean(warm),
      samples,
      gflops,
      multiplyAdds,
      bytes: 4 * (m * k + k * n + m * n),
      overFirst: null,
      overPrevious: null,
      unrankedWith: "",
      peakShare:
        this.#peakGflops === null || warm.length === 0 ? null : gflops / (threads * this.#peakGflops),
      note: this.#notes.join("; "),
    };
  }
}
