import { freemem } from "node:os";
import {
  RUNG_IDS,
  type LadderForecast,
  type LadderRecord,
  type LadderSettings,
  type ProductShape,
  type RungId,
} from "../../../shared/experiments/ladder.ts";
import type { Arena } from "../../engine/arena.ts";
import { LADDER_EFFORT } from "./climb.ts";
import { shapesOf, sharesOf } from "./ladder-shapes.ts";
import {
  dispatchBytes,
  ExpectedBytes,
  WORKERS_SCRATCH,
  type ExpectedWorkers,
} from "../compute/expected-bytes.ts";
import { productProgram } from "../rungs/kernel-rung.ts";
import { placeOperands } from "../rungs/operands.ts";
import { cutNote, skippedNote } from "./words.ts";

/** What a call costs: so much for each multiply-add, and so much before the first. */
interface Speed {
  readonly nsPerMultiplyAdd: number;
  readonly startNs: number;
}

/** Until this machine has measured its own: 2 cores, Zen 4 class, Electron 33, November 2026. */
const TYPICAL: Readonly<Record<RungId, Speed>> = {
  reference: { nsPerMultiplyAdd: 1.4, startNs: 300 },
  "triple-loop": { nsPerMultiplyAdd: 4.6, startNs: 300 },
  elementwise: { nsPerMultiplyAdd: 10, startNs: 300 },
  broadcast: { nsPerMultiplyAdd: 5, startNs: 300 },
  einsum: { nsPerMultiplyAdd: 14, startNs: 3_000 },
  "cache-order": { nsPerMultiplyAdd: 1.1, startNs: 300 },
  kernel: { nsPerMultiplyAdd: 0.019, startNs: 2_000 },
  sharded: { nsPerMultiplyAdd: 0.019, startNs: 3_000 },
  tfjs: { nsPerMultiplyAdd: 0.03, startNs: 20_000 },
  pytorch: { nsPerMultiplyAdd: 0.025, startNs: 5_000 },
};
/** Of the time of a rung's samples: warm-up, comparison, turns. */
const OVERHEAD = 1.3;
/** A call that fits the budget fewer times than this is cut: its samples and a first call. */
const CALLS_NEEDED = LADDER_EFFORT.minimumSamples + 1;

/** What ladders of this session have measured, so that the next forecast is this machine's. */
export class MeasuredSpeeds {
  readonly #speeds = new Map<RungId, Speed>();

  learn({ rungs }: Pick<LadderRecord, "rungs">): void {
    for (const { rung, medianMs, multiplyAdds, status } of rungs) {
      const { startNs } = TYPICAL[rung];
      const nsPerMultiplyAdd = (medianMs * 1e6 - startNs) / multiplyAdds;
      // A tiny product says more about the start than about the multiply-adds.
      if (status === "measured" && nsPerMultiplyAdd > 0)
        this.#speeds.set(rung, { nsPerMultiplyAdd, startNs });
    }
  }

  /** Forecast time of one call. */
  callMs(rung: RungId, { m, k, n }: ProductShape, threads: number): number {
    const measured = this.#speeds.get(rung);
    const { nsPerMultiplyAdd, startNs } = measured ?? TYPICAL[rung];
    const shares = measured === undefined && (rung === "sharded" || rung === "pytorch") ? threads : 1;
    return (startNs + (m * k * n * nsPerMultiplyAdd) / shares) / 1e6;
  }
}

const noteOf = (callMs: number, budgetMs: number): string => {
  if (callMs > budgetMs) return skippedNote(callMs);
  return callMs * CALLS_NEEDED > budgetMs ? cutNote(budgetMs) : "";
};

/** Time that a rung takes at one shape. */
function rungMs(callMs: number, budgetMs: number): number {
  if (callMs > budgetMs) return 0;
  return Math.min(budgetMs, OVERHEAD * Math.max(LADDER_EFFORT.targetMs, callMs * CALLS_NEEDED));
}

/** Bytes of the arena at one shape: the operands, and scratch of the workers that multiply. */
function shapeBytes(shape: ProductShape, workers: ExpectedWorkers): number {
  const expected = new ExpectedBytes();
  const operands = expected.add("matrices", (scope) => placeOperands(scope, shape));
  const section = { program: productProgram(operands), repeats: 1 };
  expected.addBytes(WORKERS_SCRATCH, dispatchBytes([section], workers));
  return expected.bytes;
}

/** Time and bytes a ladder will take, and which rungs its budget will cut or skip. */
export function forecastLadder(
  settings: LadderSettings,
  options: {
    readonly speeds: MeasuredSpeeds;
    readonly arena: Arena;
    /** Of the second level. */
    readonly cacheBytes: number;
    /** Rungs that cannot run here. */
    readonly unavailable: ReadonlySet<RungId>;
  },
): LadderForecast {
  const { speeds, arena, cacheBytes, unavailable } = options;
  const budgetMs = settings.budgetSeconds * 1000;
  const shapes = shapesOf(settings);
  const rungs = shapes.flatMap((shape) =>
    RUNG_IDS.filter((rung) => !unavailable.has(rung)).map((rung) => {
      const callMs = speeds.callMs(rung, shape, settings.threads);
      return { rung, shape, callMs, note: noteOf(callMs, budgetMs) };
    }),
  );
  const bytes = Math.max(
    ...shapes.map((shape) => shapeBytes(shape, { threads: settings.threads, cacheBytes })),
  );
  const ofRungs = rungs.reduce(
    (sum, { rung, callMs }) =>
      sum + rungMs(callMs, budgetMs) * (rung === "sharded" ? sharesOf(settings).length : 1),
    0,
  );
  const ofReferences = shapes.reduce(
    (sum, shape) => sum + speeds.callMs("reference", shape, 1) / settings.threads,
    0,
  );
  const availableBytes = Math.min(freemem() + arena.committedBytes, arena.maximumBytes) - arena.usedBytes;
  const gigabytes = (value: number): string => `${(value / 1e9).toPrecision(3)} GB`;
  return {
    bytes,
    ms: ofRungs + ofReferences,
    refusal:
      bytes <= availableBytes
        ? ""
        : `The matrices need ${gigabytes(bytes)} and ${gigabytes(availableBytes)} are free. Choose a smaller shape, or close other programs.`,
    rungs,
  };
}
