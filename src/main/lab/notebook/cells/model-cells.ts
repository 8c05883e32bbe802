import { model, mse, mseBackwards } from "../../../../core/notebook/stage-1-functions.ts";
import type { RecordingOps, Tensor } from "../../../../core/ops/recording-ops.ts";
import { viewOf } from "../../../../shared/engine/tensor-view.ts";
import { executeOnce, recordStatistics, statisticsAt } from "../../compute/programs.ts";
import type { CellOutcome, CellRunner } from "../cell-runner.ts";
import type { NotebookSession } from "../session.ts";
import { RELU_SHIFT } from "./init-cells.ts";

const shapeOf = (tensor: Tensor): { rows: number; columns: number } => {
  const [rows = 1, columns = 1] = tensor.shape;
  return { rows, columns };
};

/** Runs something on the predictions for the training images. */
async function onPredictions(
  session: NotebookSession,
  use: (ops: RecordingOps, preds: Tensor, yTrain: Tensor) => () => CellOutcome,
): Promise<CellOutcome> {
  const { xTrain, yTrain } = session.normalized();
  return executeOnce(session.engine, session.settings.threads, (ops) =>
    use(ops, model(ops, xTrain, session.weights, RELU_SHIFT), yTrain),
  );
}

export const runModel: CellRunner = async (session) => {
  const { xValid } = session.normalized();
  const measured = await executeOnce(session.engine, session.settings.threads, (ops) => {
    const output = model(ops, xValid, session.weights, RELU_SHIFT);
    return () => shapeOf(output);
  });
  return { measured };
};

export const predictTraining: CellRunner = async (session) => {
  return onPredictions(session, (ops, preds, yTrain) => {
    const statistics = recordStatistics(ops, preds);
    return () => ({
      measured: {
        predRows: shapeOf(preds).rows,
        predColumns: shapeOf(preds).columns,
        targetRows: shapeOf(yTrain).rows,
      },
      details: { statistics: [statisticsAt(session.engine, statistics, "preds")] },
    });
  });
};

export const measureLoss: CellRunner = async (session) => {
  return onPredictions(session, (ops, preds, yTrain) => {
    const loss = mse(ops, preds, yTrain);
    return () => ({ measured: { loss: viewOf(session.engine.arena.memory, loss, "float32")[0] ?? NaN } });
  });
};

export const differentiateLoss: CellRunner = async (session) => {
  return onPredictions(session, (ops, preds, yTrain) => {
    const gradient = mseBackwards(ops, preds, yTrain);
    const statistics = recordStatistics(ops, gradient);
    return () => ({
      measured: shapeOf(gradient),
      details: { statistics: [statisticsAt(session.engine, statistics, "preds.g")] },
    });
  });
};
