import { ratioOfMedians, resampleMedian, type ResampledMedian } from "../../../core/bootstrap-ratio.ts";
import { significant } from "../../../core/grouped.ts";
import { WHY_SLOWER } from "../../../core/matmul-rungs/why-slower.ts";
import type { RandomStream } from "../../../core/random/random-stream.ts";
import { RUNG_NUMBERS, type Ratio, type RungResult } from "../../../shared/experiments/ladder.ts";

/** From rung 4 on each is expected to be this much faster than the one before it, or to say why it is not. */
const EXPECTED_GAIN = 1.5;
const EXPECTED_FROM = 4;
/** From here on an interval that holds 1 says that too little is known, not that the two are alike. */
const WIDE = 1.1;
/** Workers that have this much to do are worth waking: when they gain nothing, something else is the reason. */
const WORTH_WAKING_MULTIPLY_ADDS = 4e6;
/** Of a call that takes this much, about half a millisecond, Python and its dispatcher are a hundredth. */
const LONG_MULTIPLY_ADDS = 5e7;

interface Ranked {
  readonly result: RungResult;
  readonly medians: ResampledMedian;
}

/** How many times as fast `faster` is as `slower`. */
function speedUp(slower: Ranked, faster: Ranked): Ratio {
  const { value, low, high } = ratioOfMedians(slower.medians, faster.medians);
  return { value, lo: low, hi: high };
}

/** The measured rung that one climbs from: the next lower number, on the most threads. */
function before({ result }: Ranked, ranked: readonly Ranked[]): Ranked | undefined {
  const number = RUNG_NUMBERS[result.rung];
  return ranked
    .filter((other) => RUNG_NUMBERS[other.result.rung] < number && other.result.rung !== "reference")
    .reduce<Ranked | undefined>((best, other) => {
      if (best === undefined) return other;
      const higher = RUNG_NUMBERS[other.result.rung] - RUNG_NUMBERS[best.result.rung];
      return higher > 0 || (higher === 0 && other.result.threads > best.result.threads) ? other : best;
    }, undefined);
}

function whySlower({ rung, threads, multiplyAdds }: RungResult, slower: boolean): string {
  if (rung === "sharded" && multiplyAdds >= WORTH_WAKING_MULTIPLY_ADDS && slower) {
    return "it needs all processors at the same time, and other programs hold some of them";
  }
  if (rung === "sharded" && !slower) {
    return `${threads} workers are at most ${threads} times as fast as one, and wait for each other at both ends`;
  }
  if (rung === "pytorch" && multiplyAdds >= LONG_MULTIPLY_ADDS) {
    return slower
      ? "its library comes less near to what this processor can do with a product of this shape"
      : "both come near to what this processor can do";
  }
  return WHY_SLOWER[rung] ?? "the two do the same work here";
}

/** More than chance, and than a clock that has risen since the peak was measured. */
const BEYOND_PEAK = 1.1;

/** What must be said where a library is faster than the peak that the lab measured with its own widest vectors. */
function peakNote({ rung, peakShare }: RungResult): string {
  return rung === "pytorch" && peakShare !== null && peakShare > BEYOND_PEAK
    ? "beyond the peak measured here, which is that of the widest vectors that WebAssembly has, 256 bits: its library works on 512 at once"
    : "";
}

const said = (value: number): string => significant(value, 3);

/** What must be said about a rung beside the one before it; "" when it is as much faster as expected. */
export function rankNote(result: RungResult, previous: RungResult, ratio: Ratio): string {
  const { value, lo, hi } = ratio;
  if (result.rung === "sharded" && result.threads === 1) return "";
  if (lo <= 1 && hi >= 1) {
    const range = `the ratio lies between ${said(lo)} and ${said(hi)}`;
    return hi / lo > WIDE
      ? `not ranked against ${previous.name}: the spread is too wide, ${range}`
      : `no difference from ${previous.name} can be shown: ${range}`;
  }
  if (hi < 1) {
    return `${said(1 / value)} times slower than ${previous.name}: ${whySlower(result, true)}`;
  }
  if (value < EXPECTED_GAIN && RUNG_NUMBERS[result.rung] >= EXPECTED_FROM) {
    return `only ${said(value)} times as fast as ${previous.name}: ${whySlower(result, false)}`;
  }
  return "";
}

/** The next faster rung of any number, when the interval of the two medians' ratio holds 1. */
function unrankedWith(entry: Ranked, ranked: readonly Ranked[]): string {
  const faster = ranked
    .filter(({ medians }) => medians.median < entry.medians.median)
    .reduce<Ranked | undefined>(
      (best, other) => (best === undefined || other.medians.median > best.medians.median ? other : best),
      undefined,
    );
  return faster === undefined || speedUp(entry, faster).lo > 1 ? "" : faster.result.name;
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Adds to the results of one shape how each compares with rung 1, with the rung before it and with the next faster one.
 * Between two rungs other work gets its turn.
 */
export async function rankRungs(
  results: readonly RungResult[],
  stream: RandomStream,
): Promise<readonly RungResult[]> {
  const ranked: Ranked[] = [];
  for (const result of results) {
    const warm = result.samples.filter(({ cold }) => !cold).map(({ ms }) => ms);
    if (result.status !== "measured" || warm.length === 0) continue;
    ranked.push({ result, medians: resampleMedian(warm, stream) });
    await nextTurn();
  }
  const first = ranked.find(({ result }) => result.rung === "triple-loop");
  return results.map((result) => {
    const entry = ranked.find((other) => other.result === result);
    if (entry === undefined) return result;
    const previous = before(entry, ranked);
    const overPrevious = previous === undefined ? null : speedUp(previous, entry);
    const notes =
      previous === undefined || overPrevious === null
        ? []
        : [rankNote(result, previous.result, overPrevious)];
    return {
      ...result,
      overFirst: first === undefined ? null : speedUp(first, entry),
      overPrevious,
      unrankedWith: unrankedWith(entry, ranked),
      note: [result.note, ...notes, peakNote(result)].filter((note) => note !== "").join("; "),
    };
  });
}
