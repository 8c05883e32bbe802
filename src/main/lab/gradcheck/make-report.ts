import { grouped } from "../../../core/grouped.ts";
import type { DetailedComparison, Excused } from "../../../core/gradient-report.ts";
import type { Overflow } from "../../../core/reference/network-gradients.ts";
import { indexOf } from "../../../core/gradient-report.ts";
import type {
  GradcheckSettings,
  GradientReference,
  GradientReport,
} from "../../../shared/experiments/gradcheck.ts";

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
  readonly excused: Excused;
  readonly overflow: Overflow | null;
}

const NOT_JUDGED =
  "every step, also a very small one, crosses a kink: a pre-activation is exactly 0, where there is no derivative";

const digits = (value: number): string => value.toPrecision(3);

/** Where float32 ends first, in words. */
export function saidOfOverflow({ direction, position, row, value }: Overflow): string {
  const what =
    position < 0
      ? "the input"
      : direction === "forward"
        ? `the output of layer ${position + 1}`
        : `the gradient of the input of layer ${position + 1}`;
  return `float32 overflows: in float64 ${what} is first beyond its largest number, 3.40e+38, in row ${row}, with ${digits(value)}`;
}

/** What rounding and kinks explain, in words; "" when nothing needed it. */
function saidOfExcused({ rounding, kinks, difference, allowed }: Excused, coordinates: number): string {
  const said: string[] = [];
  if (rounding > 0) {
    said.push(
      `${grouped(rounding)} of ${grouped(coordinates)} told as rounding: the largest differs by ${digits(difference)} where what was summed allows ${digits(allowed)}`,
    );
  }
  if (kinks > 0) said.push(`${grouped(kinks)} of ${grouped(coordinates)} told as kinks within rounding`);
  return said.map((one) => `; ${one}`).join("");
}

/** A comparison as it is stored and shown: the notebook's tolerance judges by allclose alone. */
export function makeReport(comparison: DetailedComparison, context: ReportContext): GradientReport {
  const { reference, tensor, shape, complete, kinks, places, heatMap, tolerance } = context;
  const { passed, allclose, reason, worst } = comparison;
  const { excused, overflow } = context;
  const ok = tolerance === "notebook" ? allclose : passed;
  const overflown = overflow !== null && !Number.isFinite(comparison.maxAbs);
  const judged = comparison.coordinates > 0 && !overflown;
  const found =
    tolerance === "notebook" && ok && !passed
      ? `allclose holds; the strict check does not pass: ${reason}`
      : reason;
  const said = found + saidOfExcused(excused, comparison.coordinates);
  return {
    reference,
    tensor,
    shape: [...shape],
    complete,
    kinks,
    heatMap,
    coordinates: comparison.coordinates,
    maxAbs: comparison.maxAbs,
    relMax: comparison.relMax,
    relNorm: comparison.relNorm,
    hiddenByAtol: comparison.hiddenByAtol,
    allclose,
    cosine: comparison.cosine,
    verdict: judged ? (ok ? "passed" : "failed") : "not judged",
    reason: judged ? said : overflown ? saidOfOverflow(overflow) : NOT_JUDGED,
    excused: { rounding: excused.rounding, kinks: excused.kinks },
    worst: {
      index: reference === "direction" ? [worst.place] : indexOf(shape, places?.[worst.place] ?? worst.place),
      ours: worst.ours,
      reference: worst.reference,
    },
    scatter: [...comparison.scatter],
    errors: { exact: comparison.errors.exact, counts: [...comparison.errors.counts] },
  };
}
