import { kaimingNormal } from "../../../../core/init/kaiming-normal.ts";
import { scaledNormal } from "../../../../core/init/scaled-normal.ts";
import { standardDeviation } from "../../../../core/statistics.ts";
import { linearLayer, relu } from "../../../../core/notebook/stage-1-functions.ts";
import type { Tensor } from "../../../../core/ops/recording-ops.ts";
import type { Histogram, TensorStatistics } from "../../../../shared/runs/run-records.ts";
import { randomStream } from "../../../../core/random/random-stream.ts";
import { executeOnce, recordHistogram, recordStatistics, statisticsAt } from "../../compute/programs.ts";
import type { CellOutcome, CellRunner } from "../cell-runner.ts";
import type { NotebookSession } from "../session.ts";
import { HIDDEN, IN_FEATURES } from "../../compute/notebook-network.ts";

/** The second relu of the notebook is max(z, 0) − 0.5. */
export const RELU_SHIFT = 0.5;

const W1_SHAPE = [IN_FEATURES, HIDDEN] as const;
const W2_SHAPE = [HIDDEN, 1] as const;

/** Each cell draws from its own stream, so a draw does not depend on which cells ran before. */
const streamOf = (session: NotebookSession, cell: number) => randomStream(session.settings.seed, cell);

function drawn(session: NotebookSession, w1: Float32Array, w2: Float32Array): CellOutcome {
  session.setWeights({ w1, b1: new Float32Array(HIDDEN), w2, b2: new Float32Array(1) });
  return { measured: { w1Std: standardDeviation(w1), w2Std: standardDeviation(w2) } };
}

// #region cell 8
/** w1 = randn(784, 50) / √784, w2 = randn(50, 1) / √50, zero biases. */
export const drawPlainWeights: CellRunner = async (session) => {
  const stream = streamOf(session, 8);
  const w1 = scaledNormal(stream, W1_SHAPE, 1 / Math.sqrt(IN_FEATURES));
  const w2 = scaledNormal(stream, W2_SHAPE, 1 / Math.sqrt(HIDDEN));
  return Promise.resolve(drawn(session, w1, w2));
};
// #endregion

/** Mean, standard deviation and histogram of the first layer on the validation images. */
async function firstLayer(
  session: NotebookSession,
  w1: Tensor,
  options: { readonly shift: number; readonly label: string },
): Promise<{ statistics: TensorStatistics; histogram: Histogram }> {
  const { xValid } = session.normalized();
  const { engine, settings, weights } = session;
  return executeOnce(engine, settings.threads, (ops) => {
    // #region first layer
    const firstLay = relu(ops, linearLayer(ops, xValid, w1, weights.b1), options.shift);
    // #endregion
    const statistics = recordStatistics(ops, firstLay);
    const range = { label: options.label, lo: -options.shift, hi: 6 - options.shift };
    const histogram = recordHistogram(engine, ops, firstLay, range);
    return () => ({ statistics: statisticsAt(engine, statistics, options.label), histogram: histogram() });
  });
}

function firstLayerOutcome(
  layer: { statistics: TensorStatistics; histogram: Histogram },
  more: Record<string, number> = {},
): CellOutcome {
  const { mean, std } = layer.statistics;
  return {
    measured: { mean, std, ...more },
    details: { statistics: [layer.statistics], histograms: [layer.histogram] },
  };
}

export const measurePlainLayer: CellRunner = async (session) => {
  const layer = await firstLayer(session, session.weights.w1, { shift: 0, label: "1/√n, relu" });
  session.remembered.set("12", { mean: layer.statistics.mean, std: layer.statistics.std });
  return firstLayerOutcome(layer);
};

// #region cell 13
/** w = randn · √(2 / fanIn) for both layers. */
export const drawKaimingWeights: CellRunner = async (session) => {
  const stream = streamOf(session, 13);
  const w1 = kaimingNormal(stream, W1_SHAPE, { fan: "fanIn" });
  const w2 = kaimingNormal(stream, W2_SHAPE, { fan: "fanIn" });
  return Promise.resolve(drawn(session, w1, w2));
};
// #endregion

/** Also measures cell 8's own draw times √2: there the ratio to cell 12 is exact. */
export const measureKaimingLayer: CellRunner = async (session) => {
  const layer = await firstLayer(session, session.weights.w1, { shift: 0, label: "Kaiming, relu" });
  const scope = session.engine.arena.scope();
  try {
    const sameDraw = scope.tensor("w1 of cell 8 times √2", W1_SHAPE);
    session.write(sameDraw, scaledNormal(streamOf(session, 8), W1_SHAPE, Math.sqrt(2 / IN_FEATURES)));
    const scaled = await firstLayer(session, sameDraw, { shift: 0, label: "cell 8 times √2" });
    const plain = session.remembered.get("12");
    return firstLayerOutcome(layer, {
      sameDrawMeanRatio: scaled.statistics.mean / (plain?.["mean"] ?? NaN),
      sameDrawStdRatio: scaled.statistics.std / (plain?.["std"] ?? NaN),
    });
  } finally {
    scope.release();
  }
};

/**
 * In (in, out) layout torch's fan_out is the first axis, 784, which is what the notebook passes. With weights read
 * from files this is where they take effect, since every later cell uses the weights of this one.
 */
export const compareInitialiser: CellRunner = async (session) => {
  const stream = streamOf(session, 16);
  // #region cell 16
  // torch stores (out, in), so on a (784, 50) tensor its fan_out is 784: our fanIn.
  const fanOut = kaimingNormal(stream, W1_SHAPE, { fan: "fanIn" });
  const fanIn = kaimingNormal(stream, W1_SHAPE, { fan: "fanOut" });
  // #endregion
  const w1 = session.givenWeights?.w1 ?? fanOut;
  if (session.givenWeights === null) {
    session.write(session.weights.w1, fanOut);
    session.weightsVersion++;
  } else {
    session.setWeights(session.givenWeights);
  }
  const label = session.givenWeights === null ? "Kaiming fan_out, relu" : "weights from files, relu";
  const layer = await firstLayer(session, session.weights.w1, { shift: 0, label });
  session.remembered.set("16", { mean: layer.statistics.mean, std: layer.statistics.std });
  return firstLayerOutcome(layer, { w1Std: standardDeviation(w1), fanInStd: standardDeviation(fanIn) });
};

export const measureShiftedLayer: CellRunner = async (session) => {
  const layer = await firstLayer(session, session.weights.w1, { shift: RELU_SHIFT, label: "relu − 0.5" });
  const plain = session.remembered.get("16");
  return firstLayerOutcome(layer, {
    meanDrop: (plain?.["mean"] ?? NaN) - layer.statistics.mean,
    stdChange: layer.statistics.std - (plain?.["std"] ?? NaN),
  });
};
