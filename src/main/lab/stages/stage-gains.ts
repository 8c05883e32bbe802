import { bootstrapRatio } from "../../../core/bootstrap-ratio.ts";
import { randomStream } from "../../../core/random/random-stream.ts";
import type { StageGain, StageId, StageResult } from "../../../shared/experiments/stages.ts";

/** Streams of weights and data end below this. */
const BOOTSTRAP_STREAM = 100;

/** What is divided by stage 3, which all others are compared with. */
const GAINS: readonly { readonly slower: StageId; readonly pass: StageGain["pass"] }[] = [
  // The notebook's 13 ×: the same gradient as a sum of outer products.
  { slower: "layer-classes", pass: "backward" },
  // What fusion gains.
  { slower: "module-unfused", pass: "forward" },
  { slower: "module-unfused", pass: "backward" },
  { slower: "module-unfused", pass: "both" },
  // What the tape costs.
  { slower: "autograd", pass: "both" },
  { slower: "tfjs", pass: "both" },
];

/** How many times as long other stages take as stage 3, as far as both were measured. */
export function stageGains(results: readonly StageResult[], seed: number): StageGain[] {
  const samplesOf = (stage: StageId, pass: StageGain["pass"]): readonly number[] =>
    results.find(({ id, status }) => id === stage && status === "measured")?.[pass].samplesMs ?? [];
  return GAINS.flatMap(({ slower, pass }, index) => {
    const [numerator, denominator] = [samplesOf(slower, pass), samplesOf("module", pass)];
    if (numerator.length === 0 || denominator.length === 0) return [];
    const stream = randomStream(seed, BOOTSTRAP_STREAM + index);
    const { value, low, high } = bootstrapRatio(numerator, denominator, stream);
    return [{ slower, faster: "module" as const, pass, ratio: value, low, high }];
  });
}
