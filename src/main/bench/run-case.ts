import { mkdtempSync, rmSync } from "node:fs";
import { messageLine } from "../../core/thrown.ts";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KernelUnavailableError } from "../../core/errors.ts";
import { randomStream } from "../../core/random/random-stream.ts";
import type { Engine } from "../engine/engine.ts";
import type { CaseReport, NotMeasured, RawSamples } from "./bench-report.ts";
import { caseReport } from "./case-report.ts";
import type { BenchCase, PreparedCase } from "./cases/bench-case.ts";
import type { Contender } from "../timing/contender.ts";
import { EFFORT, interleave, type Effort, type Measurement } from "../timing/interleave.ts";
import { isWrittenLive, liveContender } from "./live-contender.ts";
import type { LivePlaces } from "./open-live.ts";
import { computeOutputs, ownContender, recordCase } from "./own-contender.ts";
import { PEERS, type PeerPlaces } from "./peers/peer-commands.ts";
import { invitePeer, writeInputs } from "./peers/peer-contender.ts";
import { compareElements } from "./verify.ts";

/** Our engine on one thread, beside itself on all. */
const ONE_THREAD = "oursOneThread";
/** A ratio near 1 asks for more turns. */
const LIVE_EFFORT: Effort = { ...EFFORT, rounds: 11, minimumSamples: 22 };
/** Of the order in the rounds. */
const SEED = 20_261_123;

/** How cases are run. */
export interface CaseRun {
  readonly engine: Engine;
  readonly threads: number;
  /** Null without peers. */
  readonly peers: PeerPlaces | null;
  readonly oneThread: boolean;
  /** The notebook's cases as cells of one's own; null without. */
  readonly live: LivePlaces | null;
  readonly peakGflops: number | null;
  /** Tells what is going on. */
  readonly say: (text: string) => void;
}

/** Why peers are missing, by name. */
type Missing = Record<string, NotMeasured>;

/** Starts every peer on the case; those that compute what we compute are timed. */
async function invitePeers(
  run: CaseRun,
  prepared: PreparedCase,
  ours: ReadonlyMap<string, Float32Array>,
  folder: string,
): Promise<{ readonly verified: Contender[]; readonly missing: Missing }> {
  const verified: Contender[] = [];
  const missing: Missing = {};
  if (run.peers === null) return { verified, missing };
  writeInputs(folder, prepared.inputs);
  for (const peer of PEERS.filter((entry) => entry.applies(prepared.recipe))) {
    run.say(`  ${peer.name}: comparing its result with ours`);
    const { threads, peers: places } = run;
    const answer = await invitePeer(peer, { prepared, ours, threads, places, folder });
    if ("notMeasured" in answer) {
      missing[peer.name] = answer;
      run.say(`  ${peer.name}: not measured: ${answer.notMeasured}`);
    } else {
      verified.push(answer);
    }
  }
  return { verified, missing };
}

/** Measures contenders in turns. Our own failure is an error; a peer's is noted in `missing`. */
async function measure(
  benchCase: BenchCase,
  contenders: {
    readonly own: Contender;
    readonly others: readonly Contender[];
    readonly missing: Missing;
    readonly effort: Effort;
  },
): Promise<{ ours: Measurement; others: Measurement[] }> {
  const { own, others, missing, effort } = contenders;
  const outcomes = await interleave([own, ...others], {
    maxCalls: benchCase.maxCalls,
    effort,
    stream: randomStream(SEED),
  });
  const measured: Measurement[] = [];
  for (const outcome of outcomes) {
    if (!("failure" in outcome)) measured.push(outcome);
    else if (outcome.contender === own) throw outcome.failure;
    else missing[outcome.contender.name] = { notMeasured: messageLine(outcome.failure) };
  }
  const [ours, ...rest] = measured;
  if (ours === undefined) throw new TypeError(`${benchCase.name}: nothing was measured`);
  return { ours, others: rest };
}

/**
 * Prepares a case, compares our result with float64 and the peers' with ours, then times them all in turns.
 *
 * @throws {KernelUnavailableError} If our own result is wrong.
 */
export async function runCase(
  benchCase: BenchCase,
  run: CaseRun,
): Promise<{ report: CaseReport; raw: RawSamples }> {
  const { engine, threads } = run;
  run.say(benchCase.name);
  const prepared = benchCase.prepare();
  const scope = engine.arena.scope();
  const folder = mkdtempSync(join(tmpdir(), "backprop-lab-bench-"));
  let others: Contender[] = [];
  try {
    const recorded = recordCase(engine, scope, prepared);
    const outputs = await computeOutputs(engine, recorded, { calls: prepared.verificationCalls, threads });
    const difference = compareElements(outputs, prepared.expected(), {
      trained: prepared.recipe.kind === "training-step",
    });
    if (difference !== null) {
      throw new KernelUnavailableError(
        `${benchCase.name}: our own result is not that of float64, so nothing was timed: ${difference}`,
      );
    }
    const { verified, missing } = await invitePeers(run, prepared, outputs, folder);
    const own = ownContender(engine, recorded, { name: "ours", threads });
    others = [
      ...(run.oneThread ? [ownContender(engine, recorded, { name: ONE_THREAD, threads: 1 })] : []),
      ...(run.live !== null && isWrittenLive(prepared.recipe)
        ? [await liveContender(engine, { recipe: prepared.recipe, threads, places: run.live })]
        : []),
      ...verified,
    ];
    const effort = run.live === null ? EFFORT : LIVE_EFFORT;
    const measured = await measure(benchCase, { own, others, missing, effort });
    const report = caseReport(benchCase, { ...measured, missing, peakGflops: run.peakGflops });
    const samplesMs: Record<string, readonly number[]> = {};
    for (const entry of [measured.ours, ...measured.others])
      samplesMs[entry.contender.name] = entry.samplesMs;
    return { report, raw: { name: benchCase.name, samplesMs } };
  } finally {
    await Promise.all(others.map((contender) => contender.close()));
    scope.release();
    rmSync(folder, { recursive: true, force: true });
  }
}
