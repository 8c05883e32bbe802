import { stat } from "node:fs/promises";
import { messageLine } from "../../../../core/thrown.ts";
import { counted } from "../../../../core/counted.ts";
import { ContractError, DataFormatError } from "../../../../core/errors.ts";
import { buildNetwork } from "../../../../core/network/build-network.ts";
import { parameterShapes, type Network } from "../../../../core/network/network.ts";
import { viewOf } from "../../../../shared/engine/tensor-view.ts";
import type { Dataset } from "../../../../shared/experiments/dataset.ts";
import type { TestRows, TestScore } from "../../../../shared/experiments/dataset-details.ts";
import type { WeightsChoice } from "../../../../shared/experiments/learned.ts";
import { namingFullDisk } from "../../../store/store-failure.ts";
import { replaceFile } from "../../../data/replace-file.ts";
import type { ActivityHandle } from "../../activity/activity-handle.ts";
import type { LabServices } from "../../activity/experiment.ts";
import type { RunSupervisor } from "../../activity/run-supervisor.ts";
import type { DataTensors, DataRows } from "../../compute/data-rows.ts";
import { executeOnce } from "../../compute/programs.ts";
import type { DatasetLibrary } from "../../datasets/dataset-library.ts";
import { readFeatures, type FeatureBatch } from "../../datasets/read-features.ts";
import { eventNumber } from "../event-number.ts";
import type { Checkpoint } from "../session/checkpoints.ts";
import { checkpointsOf, loadWeights } from "./load-weights.ts";
import { predictionHeader, predictionLines, scoreRows } from "./prediction-text.ts";

interface TrainedWeights {
  readonly runId: string;
  readonly weights: WeightsChoice;
}

export interface PredictionFile {
  readonly data: string;
  readonly out: string;
  readonly overwrite: boolean;
}

const noTestRows = (title: string): string =>
  `${title} has no test rows: import it with a test share to have some`;

/** A score as a run remembers it: who comes back to it need not look again. */
function testedText({ rows, weights, loss, accuracy, r2, mae, looks }: TestScore): string {
  const scores = [
    ...(accuracy === null ? [] : [`accuracy ${eventNumber(accuracy)}`]),
    ...(r2 === null ? [] : [`R² ${eventNumber(r2)}`, `mean absolute error ${eventNumber(mae ?? NaN)}`]),
    `loss ${eventNumber(loss)}`,
  ];
  return `on ${counted(rows, "test row")}, ${weights} weights: ${scores.join(", ")}; look ${looks} at these rows`;
}

/** Scores networks on test rows, each time counted, and lets them predict rows of new files. */
export class PredictLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #rows: DataRows;
  readonly #library: DatasetLibrary;

  constructor(services: LabServices, supervisor: RunSupervisor, rows: DataRows, library: DatasetLibrary) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#rows = rows;
    this.#library = library;
  }

  /** What is known of the test rows of a training's data without a look at them. @throws {ContractError} If there is no such training. */
  testRows({ runId }: { readonly runId: string }): TestRows {
    const { store } = this.#services;
    const { training } = checkpointsOf(store, runId);
    const id = training.spec.data.name;
    const { ofDataset: looks, ofRun: looksOfRun } = store.datasets.testLooks(id, runId);
    const [rows, missing] = this.#countTestRows(id);
    const refusal = store.readOnly
      ? `a look is counted, and the database is read-only: ${store.readOnlyReason ?? "it cannot be written"}`
      : missing;
    return { rows, looks, looksOfRun, refusal };
  }

  /** How many there are; else 0 and why. */
  #countTestRows(id: string): readonly [number, string] {
    try {
      const { title, testRows } = this.#library.find(id);
      return [testRows, testRows === 0 ? noTestRows(title) : ""];
    } catch (error) {
      if (error instanceof ContractError) return [0, error.message];
      throw error;
    }
  }

  /**
   * Looks at the test rows of a training's data set. The look is recorded before anything is shown: who looks often
   * chooses by them, and they are no test any more.
   *
   * @throws {ContractError} If there are no test rows or no weights, or another activity is on.
   */
  async test({ runId, weights }: TrainedWeights): Promise<TestScore> {
    const { store, engine } = this.#services;
    const { run, training, checkpoint } = await loadWeights(store, runId, weights);
    const dataset = this.#library.find(training.spec.data.name);
    const rows = dataset.testRows;
    if (rows === 0) throw new ContractError(noTestRows(dataset.title));
    return this.#supervisor.work("training", "Evaluating on test rows", async () => {
      const data = await this.#rows.rows({ name: dataset.id, split: "test", rows });
      const at = new Date().toISOString();
      store.datasets.addTestLook({ datasetId: dataset.id, runId, weights, at });
      const { outputs, loss } = await this.#forward(training.network, checkpoint, data);
      const targets = viewOf(engine.arena.memory, data.y, "float32").slice();
      const { ofDataset, ofRun } = store.datasets.testLooks(dataset.id, runId);
      const scores = scoreRows(dataset.target, training.network.loss, { outputs, targets, rows });
      const looks = { looks: ofDataset, looksOfRun: ofRun };
      const score = { runId, weights, at, dataset: dataset.id, rows, loss, ...scores, ...looks };
      store.addEvent(runId, { at, step: checkpoint.state.step, kind: "tested", text: testedText(score) });
      this.#services.emit({ name: "runsChanged", payload: { runs: [run] } });
      return score;
    });
  }

  /**
   * Predicts the rows of a file, or the images of a folder, read as the training's data set was, and writes them as CSV.
   *
   * @returns how many rows. @throws {DataFormatError} If the file has not the columns that the network needs.
   */
  async predictFile(
    { runId, weights }: TrainedWeights,
    { data, out, overwrite }: PredictionFile,
  ): Promise<number> {
    const { store } = this.#services;
    const { training, checkpoint } = await loadWeights(store, runId, weights);
    const dataset = this.#library.find(training.spec.data.name);
    await stat(data).catch((error: unknown) => {
      throw new ContractError(`${data} cannot be read: ${messageLine(error)}. Choose a file of new rows`, {
        cause: error,
      });
    });
    return this.#supervisor.work("training", "Predicting", async (activity) => {
      activity.phase("predicting");
      let rows = 0;
      const { network } = training;
      const recipe = this.#library.stored(dataset.id)?.recipe ?? null;
      await namingFullDisk(out, () =>
        replaceFile(
          out,
          async (handle) => {
            for await (const batch of readFeatures(data, dataset, { recipe, watch: activity })) {
              activity.checkpoint();
              if (rows === 0) await handle.appendFile(predictionHeader(dataset, network.loss, batch));
              const outputs = await this.#predict(network, checkpoint, dataset, batch, activity);
              await handle.appendFile(
                predictionLines(dataset.target, network.loss, { ...batch, outputs, before: rows }),
              );
              rows += batch.rows;
            }
            if (rows === 0) throw new DataFormatError(data, 0, "at least one row", "none");
          },
          { overwrite },
        ),
      );
      return rows;
    });
  }

  async #predict(
    network: Network,
    checkpoint: Checkpoint,
    dataset: Dataset,
    batch: FeatureBatch,
    activity: ActivityHandle,
  ): Promise<Float32Array> {
    const { engine } = this.#services;
    const scope = engine.arena.scope();
    try {
      const x = scope.tensor("x", [batch.rows, dataset.features]);
      const width = dataset.target.kind === "classes" ? 1 : dataset.target.names.length;
      const y = scope.tensor("y", width === 1 ? [batch.rows] : [batch.rows, width]);
      viewOf(engine.arena.memory, y, "float32").fill(0);
      const normalised = await this.#rows.normaliseRows(dataset.id, batch.values);
      viewOf(engine.arena.memory, x, "float32").set(normalised);
      activity.checkpoint();
      return (await this.#forward(network, checkpoint, { x, y })).outputs;
    } finally {
      scope.release();
    }
  }

  async #forward(
    network: Network,
    { state }: Checkpoint,
    data: DataTensors,
  ): Promise<{ outputs: Float32Array; loss: number }> {
    const { engine } = this.#services;
    const { memory } = engine.arena;
    return executeOnce(engine, engine.workers, (ops, scope) => {
      const parameters = Object.fromEntries(
        parameterShapes(network).map(({ name, shape }) => {
          const tensor = scope.tensor(name, shape);
          viewOf(memory, tensor, "float32").set(state.values[name] ?? []);
          return [name, tensor];
        }),
      );
      const { outputs, loss } = buildNetwork(ops, network, { ...data, parameters });
      const out = outputs.at(-1)?.out;
      return () => ({
        outputs: out === undefined ? new Float32Array() : viewOf(memory, out, "float32").slice(),
        loss: viewOf(memory, loss, "float32")[0] ?? NaN,
      });
    });
  }
}
