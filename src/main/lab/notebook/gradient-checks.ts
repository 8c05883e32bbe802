import {
  compareGradients,
  finishComparison,
  mergeComparisons,
  type GradientComparison,
  type PartialComparison,
} from "../../../core/gradient-check.ts";
import { numelOf, type Tensor } from "../../../core/ops/recording-ops.ts";
import type { FiniteDifferences } from "../../../core/reference/finite-differences.ts";
import type { ReferenceGradients } from "../../../core/reference/reference-gradients.ts";
import { sampleCoordinates } from "../../../core/reference/sample-coordinates.ts";
import type { GradientCheck } from "../../../shared/run-records.ts";
import { viewOf } from "../../../shared/tensor-view.ts";
import type { ReferenceModel, RowBlock, WorkerTask } from "../../../shared/worker-tasks.ts";
import { ExperimentCancelled } from "../experiment-cancelled.ts";
import type { CellOutcome, CellProgress } from "./cell-runner.ts";
import {
  GRADIENT_NAMES,
  IN_FEATURES,
  type GradientName,
  type Gradients,
  type NotebookSession,
  type StageGradients,
  type Weights,
} from "./session.ts";

/** Rows a worker takes at a time: about a tenth of a second of float64 arithmetic. */
const BLOCK_ROWS = 2_000;
/** Elements compared at a time. */
const COMPARE_ELEMENTS = 4_000_000;

function rowBlocks(rows: number): RowBlock[] {
  const blocks: RowBlock[] = [];
  for (let begin = 0; begin < rows; begin += BLOCK_ROWS) {
    blocks.push({ begin, end: Math.min(rows, begin + BLOCK_ROWS), meanOver: rows });
  }
  return blocks;
}

/** Runs blocks and gives their answers. @throws {ExperimentCancelled} */
async function blocks<Answer>(
  session: NotebookSession,
  tasks: readonly ((worker: number) => WorkerTask)[],
  onProgress: (fraction: number) => void,
): Promise<readonly Answer[]> {
  const answers = await session.engine.runBlocks(tasks, {
    threads: session.settings.threads,
    onProgress: (done) => {
      onProgress(done / tasks.length);
    },
  });
  if (answers === null) throw new ExperimentCancelled("cancelled");
  return answers as readonly Answer[];
}

const modelOf = ({ weights, shift }: StageGradients): ReferenceModel => ({ ...weights, shift });

const WEIGHT_NAMES: readonly (keyof Weights)[] = ["w1", "b1", "w2", "b2"];

/** Loss and gradients by the independent float64 implementation, summed over row blocks in their order. */
async function computeReference(
  session: NotebookSession,
  stage: StageGradients,
  gradients: Gradients,
  onProgress: (fraction: number) => void,
): Promise<number> {
  const { xTrain, yTrain } = session.normalized();
  const answers = await blocks<ReferenceGradients>(
    session,
    rowBlocks(session.settings.rows).map((block) => (worker) => ({
      kind: "reference",
      worker,
      model: modelOf(stage),
      x: xTrain,
      y: yTrain,
      dx: gradients.x,
      block,
    })),
    onProgress,
  );
  const memory = session.engine.arena.memory;
  for (const name of WEIGHT_NAMES) {
    const sum = viewOf(memory, gradients[name], "float64").fill(0);
    for (const answer of answers) {
      const part = answer[name];
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? NaN) + (part[i] ?? NaN);
    }
  }
  return answers.reduce((loss, answer) => loss + answer.loss, 0);
}

/** Compares one float32 gradient with a float64 one, in blocks on the workers. */
async function compareTensor(
  session: NotebookSession,
  ours: Tensor,
  reference: Tensor,
): Promise<GradientComparison> {
  const numel = numelOf(ours.shape);
  const tasks: ((worker: number) => WorkerTask)[] = [];
  for (let begin = 0; begin < numel; begin += COMPARE_ELEMENTS) {
    const end = Math.min(numel, begin + COMPARE_ELEMENTS);
    tasks.push((worker) => ({ kind: "compare", worker, ours, reference, begin, end }));
  }
  const partials = await blocks<PartialComparison>(session, tasks, () => undefined);
  return finishComparison(partials.reduce(mergeComparisons));
}

function toRecord(
  stage: string,
  reference: GradientCheck["reference"],
  tensor: GradientName,
  comparison: GradientComparison,
  kinks = 0,
): GradientCheck {
  return { stage, reference, tensor, ...comparison, kinks };
}

/** Our gradients against central differences at a seeded sample of coordinates. */
async function checkByDifferences(
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
  const answers = await blocks<FiniteDifferences>(
    session,
    rowBlocks(rows).map((block) => (worker) => ({
      kind: "finiteDifferences",
      worker,
      model: modelOf(stage),
      x: xTrain,
      y: yTrain,
      block,
      coordinates,
    })),
    onProgress,
  );
  return GRADIENT_NAMES.map((tensor) => {
    const chosen = coordinates[tensor];
    const derivatives = new Float64Array(chosen.length);
    let kinks = 0;
    for (const answer of answers) {
      for (let i = 0; i < chosen.length; i++) {
        derivatives[i] = (derivatives[i] ?? NaN) + (answer.derivatives[tensor][i] ?? NaN);
        kinks += answer.kinks[tensor][i] ?? 0;
      }
    }
    const all = viewOf(session.engine.arena.memory, stage.gradients[tensor], "float32");
    const ours = Float32Array.from(chosen, (index) => all[index] ?? NaN);
    const comparison = finishComparison(compareGradients(ours, derivatives));
    return toRecord(stageName, "finite-difference", tensor, comparison, kinks);
  });
}

/**
 * Checks the five gradients of a stage against the float64 reference (all coordinates) and central differences (a
 * seeded sample). A tensor passes when it passes both.
 */
export async function checkGradients(
  session: NotebookSession,
  progress: CellProgress,
  options: { readonly stage: string; readonly gradients: StageGradients },
): Promise<CellOutcome & { readonly details: { readonly gradientChecks: GradientCheck[] } }> {
  const { stage, gradients: ours } = options;
  progress.phase(`${stage}: float64 reference over ${session.settings.rows.toLocaleString("en")} rows`);
  const reference = await session.reference(ours, (gradients) =>
    computeReference(session, ours, gradients, (fraction) => {
      progress.progress(0.7 * fraction);
    }),
  );
  const float64: GradientCheck[] = [];
  for (const tensor of GRADIENT_NAMES) {
    const comparison = await compareTensor(session, ours.gradients[tensor], reference.gradients[tensor]);
    float64.push(toRecord(stage, "float64", tensor, comparison));
  }
  progress.phase(`${stage}: central differences at ${session.settings.coordinates} coordinates a tensor`);
  const differences = await checkByDifferences(session, stage, ours, (fraction) => {
    progress.progress(0.8 + 0.2 * fraction);
  });
  const gradientChecks = [...float64, ...differences];
  const passed = GRADIENT_NAMES.filter((tensor) =>
    gradientChecks.every((check) => check.tensor !== tensor || check.passed),
  ).length;
  return {
    measured: {
      passed,
      worstRelNorm: Math.max(...float64.map(({ relNorm }) => relNorm)),
      worstFiniteDifference: Math.max(...differences.map(({ relMax }) => relMax)),
      xHiddenByAtol: float64.find(({ tensor }) => tensor === "x")?.hiddenByAtol ?? NaN,
      loss: ours.loss,
      referenceLoss: reference.loss,
    },
    details: { gradientChecks },
  };
}
