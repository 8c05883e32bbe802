import { join } from "node:path";
import { loadMnistFiles } from "../../../data/mnist.ts";
import { viewOf } from "../../../../shared/engine/tensor-view.ts";
import { STATISTICS_LENGTH } from "../../../../core/ops/op.ts";
import {
  execute,
  executeOnce,
  record,
  recordHistogram,
  recordStatistics,
  statisticsAt,
} from "../../compute/programs.ts";
import type { CellRunner } from "../cell-runner.ts";
import type { NotebookData, NotebookSession } from "../session.ts";
import { IN_FEATURES, VALID_ROWS, VALID_START } from "../../compute/notebook-network.ts";
import type { ActivityHandle } from "../../activity/activity-handle.ts";

const IMAGES = VALID_START + VALID_ROWS;
/** Pixels are bytes; the notebook's pickle holds them divided by 256. */
const PIXEL_SCALE = 256;

/** Tensors of a session's data, allocated once. */
function allocate(session: NotebookSession): NotebookData {
  const { rows } = session.settings;
  return {
    xTrain: session.scope.tensor("x_train", [rows, IN_FEATURES]),
    yTrain: session.scope.tensor("y_train", [rows]),
    xValid: session.scope.tensor("x_valid", [VALID_ROWS, IN_FEATURES]),
    yValid: session.scope.tensor("y_valid", [VALID_ROWS]),
    trainStatistics: session.scope.tensor("x_train statistics", [STATISTICS_LENGTH], "float64"),
    measured: false,
    normalized: false,
  };
}

/** Reads the images and scales them; also what cells 5 and 7 call when the data are normalised already. */
async function load(session: NotebookSession, activity: ActivityHandle): Promise<NotebookData> {
  const { engine, settings } = session;
  const data = (session.data ??= allocate(session));
  const { rows } = settings;
  const scope = engine.arena.scope();
  try {
    const images = scope.tensor("images", [IMAGES, IN_FEATURES], "uint8");
    const labels = scope.tensor("labels", [IMAGES], "uint8");
    const memory = engine.arena.memory;
    activity.phase("reading MNIST");
    await loadMnistFiles(join(session.resourcesDir, "data", "mnist"), {
      images: viewOf(memory, images, "uint8"),
      labels: viewOf(memory, labels, "uint8"),
      onProgress: activity.part({ from: 0, to: 0.8 }).progress,
    });
    const validImages = {
      ...images,
      shape: [VALID_ROWS, IN_FEATURES],
      offsetBytes: images.offsetBytes + VALID_START * IN_FEATURES,
    };
    // #region cell 3
    const program = record(scope, (ops) => {
      const trainImages = { ...images, shape: [rows, IN_FEATURES] };
      ops.run({ op: "scaleBytes", bytes: trainImages, out: data.xTrain, divisor: PIXEL_SCALE });
      ops.run({ op: "scaleBytes", bytes: validImages, out: data.xValid, divisor: PIXEL_SCALE });
    });
    // #endregion
    await execute(engine, [{ program, repeats: 1 }], { threads: settings.threads });
    const digits = viewOf(memory, labels, "uint8");
    session.write(data.yTrain, digits.subarray(0, rows));
    session.write(data.yValid, digits.subarray(VALID_START, IMAGES));
    data.normalized = false;
    data.measured = false;
    return data;
  } finally {
    scope.release();
  }
}

export const loadMnist: CellRunner = async (session, activity) => {
  const { xTrain, xValid } = await load(session, activity);
  const [trainRows = 0, trainColumns = 0] = xTrain.shape;
  const [validRows = 0, validColumns = 0] = xValid.shape;
  return { measured: { trainRows, trainColumns, validRows, validColumns } };
};

/** The data as cell 3 leaves them: read again when they are normalised already. */
async function rawData(session: NotebookSession, activity: ActivityHandle): Promise<NotebookData> {
  const data = session.loaded();
  return data.normalized ? load(session, activity) : data;
}

export const measureTraining: CellRunner = async (session, activity) => {
  const data = await rawData(session, activity);
  const { engine, settings } = session;
  const outcome = await executeOnce(engine, settings.threads, (ops) => {
    // #region cell 5
    ops.run({ op: "statistics", x: data.xTrain, out: data.trainStatistics });
    // #endregion
    const histogram = recordHistogram(engine, ops, data.xTrain, { label: "x_train", lo: 0, hi: 1 });
    return () => {
      const statistics = statisticsAt(engine, data.trainStatistics, "x_train");
      return {
        measured: { trainMean: statistics.mean, trainStd: statistics.std },
        details: { statistics: [statistics], histograms: [histogram()] },
      };
    };
  });
  data.measured = true;
  return outcome;
};

export const normalizeData: CellRunner = async (session, activity) => {
  if (session.loaded().normalized) {
    await load(session, activity);
    await measureTraining(session, activity);
  }
  const data = session.loaded();
  const { engine, settings } = session;
  const outcome = await executeOnce(engine, settings.threads, (ops) => {
    const { xTrain, xValid, trainStatistics } = data;
    // #region cell 7
    ops.run({ op: "normalize", x: xTrain, statistics: trainStatistics, out: xTrain });
    ops.run({ op: "normalize", x: xValid, statistics: trainStatistics, out: xValid });
    const train = recordStatistics(ops, xTrain);
    const valid = recordStatistics(ops, xValid);
    // #endregion
    return () => {
      const statistics = [
        statisticsAt(engine, train, "x_train normalised"),
        statisticsAt(engine, valid, "x_valid normalised"),
      ] as const;
      return {
        measured: {
          trainMean: statistics[0].mean,
          trainStd: statistics[0].std,
          validMean: statistics[1].mean,
          validStd: statistics[1].std,
        },
        details: { statistics: [...statistics] },
      };
    };
  });
  data.normalized = true;
  return outcome;
};
