import { compareGradients, finishComparison } from "../../../core/gradient-check.ts";
import { numelOf } from "../../../core/ops/recording-ops.ts";
import type { FiniteDifferences } from "../../../core/reference/finite-differences.ts";
import { sampleCoordinates } from "../../../core/reference/sample-coordinates.ts";
import type { GradientCheck } from "../../../shared/run-records.ts";
import { viewOf } from "../../../shared/tensor-view.ts";
import { referenceModelOf, rowBlocks, runBlocks } from "./run-blocks.ts";
import { GRADIENT_NAMES, IN_FEATURES, type NotebookSession, type StageGradients } from "./session.ts";

/** Compares a seeded sample of each gradient's coordinates with central differences in float64 over all rows. */
export async function checkByDifferences(
  session: NotebookSession,
  stageName: string,
  stage: StageGradients,
  onProgress: (fraction: number) => void,
): Promise<GradientCheck[]> {
  const { xTrain, yTrain } = session.normalized();
  const { rows, coordinates: count, seed } = session.settings;
  const { w1, b1, w2, b2 } = stage.weights;
  const sizes = {
    x: rows * IN_FEATURES,
    w1: numelOf(w1.shape),
    b1: numelOf(b1.shape),
    w2: numelOf(w2.shape),
    b2: numelOf(b2.shape),
  };
  const coordinates = sampleCoordinates(seed, sizes, count);
  const answers = await runBlocks<FiniteDifferences>(
    session,
    rowBlocks(rows).map((block) => (worker) => ({
      kind: "finiteDifferences",
      worker,
      model: referenceModelOf(stage),
      x: xTrain,
      y: yTrain,
      block,
      coordinates,
    })),
    onProgress,
  );
  return GRADIENT_NAMES.map((tensor) => {
    const chosen = coordinates[tensor];
    const sum = (values: (answer: FiniteDifferences) => Float64Array, i: number): number =>
      answers.reduce((total, answer) => total + (values(answer)[i] ?? NaN), 0);
    const samples = chosen.map((index, i) => ({
      index,
      derivative: sum((answer) => answer.derivatives[tensor], i),
      kinks: sum((answer) => answer.kinks[tensor], i),
    }));
    // An entry of x reaches one row only: if its step crosses a kink, the difference is no derivative at all. A weight
    // reaches every row, and one of 50,000 that crosses moves its difference by less than the limits.
    const usable = tensor === "x" ? samples.filter(({ kinks }) => kinks === 0) : samples;
    const all = viewOf(session.engine.arena.memory, stage.gradients[tensor], "float32");
    const ours = usable.map(({ index }) => all[index] ?? NaN);
    const comparison = finishComparison(
      compareGradients(
        ours,
        usable.map(({ derivative }) => derivative),
      ),
    );
    const kinks = samples.reduce((total, sample) => total + sample.kinks, 0);
    return { stage: stageName, reference: "finite-difference", tensor, ...comparison, kinks };
  });
}
