import { compareGradients, finishComparison } from "../../../core/gradient-check.ts";
import { numelOf } from "../../../core/ops/recording-ops.ts";
import { sampleCoordinates } from "../../../core/reference/sample-coordinates.ts";
import type { GradientCheck } from "../../../shared/runs/run-records.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import { centralDifferences, DIFFERENCE_STEP } from "../compute/central-differences.ts";
import type { NotebookSession, StageGradients } from "./session.ts";
import { GRADIENT_NAMES, IN_FEATURES } from "../compute/notebook-network.ts";

/** Compares a seeded sample of each gradient's coordinates with central differences in float64 over all rows. */
export async function checkByDifferences(
  session: NotebookSession,
  stageName: string,
  stage: StageGradients,
  onProgress: (fraction: number) => void,
): Promise<GradientCheck[]> {
  const { engine, settings } = session;
  const { w1, b1, w2, b2 } = stage.weights;
  const sizes = {
    x: settings.rows * IN_FEATURES,
    w1: numelOf(w1.shape),
    b1: numelOf(b1.shape),
    w2: numelOf(w2.shape),
    b2: numelOf(b2.shape),
  };
  const coordinates = sampleCoordinates(settings.seed, sizes, settings.coordinates);
  const differences = await centralDifferences(engine, {
    model: session.modelOf(stage),
    coordinates,
    step: DIFFERENCE_STEP,
    threads: settings.threads,
    onProgress,
  });
  return GRADIENT_NAMES.map((tensor) => {
    const samples = differences[tensor] ?? [];
    // An entry of x reaches one row only: if its step crosses a kink, the difference is no derivative at all. A weight
    // reaches every row, and one of 50,000 that crosses moves its difference by less than the limits.
    const usable = tensor === "x" ? samples.filter(({ crossings }) => crossings === 0) : samples;
    const all = viewOf(engine.arena.memory, stage.gradients[tensor], "float32");
    const comparison = finishComparison(
      compareGradients(
        usable.map(({ coordinate }) => all[coordinate] ?? NaN),
        usable.map(({ derivative }) => derivative),
      ),
    );
    const kinks = samples.reduce((total, { crossings }) => total + crossings, 0);
    return { stage: stageName, reference: "finite-difference", tensor, ...comparison, kinks };
  });
}
