import { randomStream } from "../../core/random/random-stream.ts";
import { interquartileRange, median } from "../../core/statistics.ts";
import type { CaseReport, Figures, NotMeasured, PeerFigures } from "./bench-report.ts";
import { bootstrapRatio } from "../../core/bootstrap-ratio.ts";
import type { BenchCase } from "./cases/bench-case.ts";
import type { Measurement } from "../timing/interleave.ts";

/** Of the bootstrap: the same samples give the same interval. */
const SEED = 95;

/** A contender's figures from its samples. */
export function figuresOf(measurement: Measurement, benchCase: BenchCase): Figures {
  const { samplesMs, calls, contender, cpuShare } = measurement;
  const medianMs = median(samplesMs);
  return {
    medianMs,
    iqrMs: interquartileRange(samplesMs),
    minMs: Math.min(...samplesMs),
    gflops: benchCase.flops / medianMs / 1e6,
    ...(benchCase.stepwise ? { stepsPerSecond: 1000 / medianMs } : {}),
    samples: samplesMs.length,
    callsPerSample: calls,
    threads: contender.threads,
    cpuShare,
  };
}

const peerFiguresOf = (peer: Measurement, ours: Measurement, benchCase: BenchCase): PeerFigures => ({
  ...figuresOf(peer, benchCase),
  ratio: bootstrapRatio(peer.samplesMs, ours.samplesMs, randomStream(SEED)),
  version: peer.contender.version,
});

/** A case's report from what was measured, and the reasons for what was not. */
export function caseReport(
  benchCase: BenchCase,
  measured: {
    readonly ours: Measurement;
    readonly others: readonly Measurement[];
    readonly missing: Readonly<Record<string, NotMeasured>>;
    /** Of one thread. */
    readonly peakGflops: number | null;
  },
): CaseReport {
  const { ours, others, missing, peakGflops } = measured;
  const { name, m, k, n } = benchCase;
  const own = figuresOf(ours, benchCase);
  return {
    name,
    m,
    k,
    n,
    threads: own.threads,
    ours: own,
    peers: {
      ...Object.fromEntries(
        others.map((peer) => [peer.contender.name, peerFiguresOf(peer, ours, benchCase)]),
      ),
      ...missing,
    },
    peakShare: peakGflops === null ? null : own.gflops / (own.threads * peakGflops),
  };
}
