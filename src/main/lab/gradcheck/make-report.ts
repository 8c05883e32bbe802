import type { DetailedComparison } from "../../../core/gradient-report.ts";
import { indexOf } from "../../../core/gradient-report.ts";
import type { GradcheckSettings, GradientReference, GradientReport } from "../../../shared/gradcheck.ts";

/** What a comparison needs beside its numbers. */
export interface ReportContext {
  readonly reference: GradientReference;
  readonly tensor: string;
  readonly shape: readonly number[];
  readonly complete: boolean;
  readonly kinks: number;
  /** Flat places of the compared coordinates; null when all are compared in order. */
  readonly places: readonly number[] | null;
  readonly heatMap: GradientReport["heatMap"];
  readonly tolerance: GradcheckSettings["tolerance"];
}

const NOT_JUDGED =
  "every step, also a very small one, crosses a kink: a pre-activation is exactly 0, where there is no derivative";

/** A comparison as it is stored and shown: the notebook's tolerance judges by allclose alone. */
export function makeReport(comparison: DetailedComparison, context: ReportContext): GradientReport {
  const { reference, tensor, shape, complete, kinks, places, heatMap, tolerance } = context;
  const { passed, allclose, reason, worst } = comparison;
  const ok = tolerance === "notebook" ? allclose : passed;
  const judged = comparison.coordinates > 0;
  const said =
    tolerance === "notebook" && ok && !passed
      ? `allclose holds; the strict check does not pass: ${reason}`
      : reason;
  return {
    ...{ reference, tensor, shape: [...shape], complete, kinks, heatMap },
    coordinates: comparison.coordinates,
    maxAbs: comparison.maxAbs,
    relMax: comparison.relMax,
    relNorm: comparison.relNorm,
    hiddenByAtol: comparison.hiddenByAtol,
    allclose,
    cosine: comparison.cosine,
    verdict: judged ? (ok ? "passed" : "failed") : "not judged",
    reason: judged ? said : NOT_JUDGED,
    worst: {
      index: reference === "direction" ? [worst.place] : indexOf(shape, places?.[worst.place] ?? worst.place),
      ours: worst.ours,
      reference: worst.reference,
    },
    scatter: [...comparison.scatter],
    errors: { exact: comparison.errors.exact, counts: [...comparison.errors.counts] },
  };
}
