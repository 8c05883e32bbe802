import { stat } from "node:fs/promises";
import { ContractError, DataFormatError } from "../../../../core/errors.ts";
import { buildNetwork } from "../../../../core/network/build-network.ts";
import { parameterShapes, type Network } from "../../../../core/network/network.ts";
import { viewOf } from "../../../../shared/engine/tensor-view.ts";
import type { Dataset, Target } from "../../../../shared/experiments/dataset.ts";
import type { TestScore } from "../../../../shared/experiments/dataset-details.ts";
import type { WeightsChoice } from "../../../../shared/experiments/learned.ts";
import { replaceFile } from "../../../data/replace-file.ts";
import type { ActivityHandle } from "../../activity/activity-handle.ts";
import type { LabServices } from "../../activity/experiment.ts";
import type { RunSupervisor } from "../../activity/run-supervisor.ts";
import type { DataTensors, ImageRows } from "../../compute/image-rows.ts";
import { executeOnce } from "../../compute/programs.ts";
import type { DatasetLibrary } from "../../datasets/dataset-library.ts";
import { readFeatures, type FeatureBatch } from "../../datasets/read-features.ts";
import type { Checkpoint } from "../session/checkpoints.ts";
import { loadWeights } from "./load-weights.ts";

interface TrainedWeights {
  readonly runId: string;
  readonly weights: WeightsChoice;
}

export interface PredictionFile {
  readonly data: string;
  readonly out: string;
  readonly overwrite: boolean;
}

/** Scores networks on test rows, each time counted, and lets them predict rows of new files. */
export class PredictLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #rows: ImageRows;
  readonly #library: DatasetLibrary;

  constructor(services: LabServices, supervisor: RunSupervisor, rows: ImageRows, library: DatasetLibrary) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#rows = rows;
    this.#library = library;
  }

  /**
   * Looks at the test rows of a training's data set. The look is recorded before anything is shown: who looks often
   * chooses by them, and they are no test any more.
   *
   * @throws {ContractError} If there are no test rows or no weights, or another activity is on.
   */
  async test({ runId, weights }: TrainedWeights): Promise<TestScore> {
    const { store, engine } = this.#services;
    const { training, checkpoint } = await loadWeights(store, runId, weights);
    const dataset = this.#library.find(training.spec.data.name);
    const rows = dataset.testRows;
    if (rows === 0)
      throw new ContractError(`${dataset.title} has no test rows: import it with a test share to have some`);
    return this.#supervisor.work("training", "Evaluating on test rows", async () => {
      const data = await this.#rows.rows({ name: dataset.id, split: "test", rows }, engine.workers);
      store.addTestLook({ datasetId: dataset.id, runId, weights, at: new Date().toISOString() });
      const { outputs, loss } = await this.#forward(training.network, checkpoint, data);
      const targets = viewOf(engine.arena.memory, data.y, "float32").slice();
      const { ofDataset, ofRun } = store.testLooks(dataset.id, runId);
      const scores = scoreOf(dataset.target, outputs, targets);
      return { runId, dataset: dataset.id, rows, loss, ...scores, looks: ofDataset, looksOfRun: ofRun };
    });
  }

  /**
   * Predicts the rows of a file that is read as the training's data set was, and writes them as CSV.
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
    await stat(data);
    return this.#supervisor.work("training", "Predicting", async (activity) => {
      activity.phase("predicting");
      let rows = 0;
      await replaceFile(
        out,
        async (handle) => {
          await handle.appendFile(`${headerOf(dataset)}\n`);
          for await (const batch of readFeatures(
            data,
            dataset,
            this.#library.stored(dataset.id)?.recipe ?? null,
          )) {
            activity.checkpoint();
            const outputs = await this.#predict(training.network, checkpoint, dataset, batch, activity);
            await handle.appendFile(linesOf(dataset.target, outputs, batch.rows, rows));
            rows += batch.rows;
          }
          if (rows === 0) throw new DataFormatError(data, 0, "at least one row", "none");
        },
        { overwrite },
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

/** The class of a row's outputs: the largest logit; of one output, whether it is above 0. */
function classOf(outputs: Float32Array): number {
  if (outputs.length === 1) return (outputs[0] ?? NaN) > 0 ? 1 : 0;
  let best = 0;
  for (let i = 1; i < outputs.length; i++) if ((outputs[i] ?? NaN) > (outputs[best] ?? NaN)) best = i;
  return best;
}

function scoreOf(
  target: Target,
  outputs: Float32Array,
  targets: Float32Array,
): Pick<TestScore, "accuracy" | "r2" | "mae"> {
  if (target.kind === "classes") {
    const width = outputs.length / targets.length;
    const right = targets.reduce(
      (sum, label, row) =>
        sum + (classOf(outputs.subarray(row * width, (row + 1) * width)) === label ? 1 : 0),
      0,
    );
    return { accuracy: right / targets.length, r2: null, mae: null };
  }
  const k = target.names.length;
  const means = new Float64Array(k);
  for (let i = 0; i < targets.length; i++)
    means[i % k] = (means[i % k] ?? 0) + (targets[i] ?? NaN) / (targets.length / k);
  let [residual, total, absolute] = [0, 0, 0];
  for (let i = 0; i < targets.length; i++) {
    const error = (targets[i] ?? NaN) - (outputs[i] ?? NaN);
    residual += error ** 2;
    total += ((targets[i] ?? NaN) - (means[i % k] ?? NaN)) ** 2;
    absolute += Math.abs(error) / (target.scales[i % k] ?? 1);
  }
  return { accuracy: null, r2: 1 - residual / total, mae: absolute / targets.length };
}

const field = (text: string): string =>
  /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

function headerOf({ target }: Dataset): string {
  const columns =
    target.kind === "classes"
      ? ["class", ...target.names.map((name) => `probability of ${name}`)]
      : target.names.map((name) => `predicted ${name}`);
  return ["row", ...columns].map(field).join(",");
}

function linesOf(target: Target, outputs: Float32Array, rows: number, before: number): string {
  const width = outputs.length / rows;
  return Array.from({ length: rows }, (_, row) => {
    const own = outputs.subarray(row * width, (row + 1) * width);
    const columns =
      target.kind === "classes"
        ? [
            field(target.names[classOf(own)] ?? ""),
            ...probabilitiesOf(own).map((value) => value.toPrecision(7)),
          ]
        : Array.from(own, (value, i) =>
            String(Number((value / (target.scales[i] ?? 1) + (target.offsets[i] ?? 0)).toPrecision(9))),
          );
    return `${before + row + 1},${columns.join(",")}\n`;
  }).join("");
}

/** Softmax; of one logit, the sigmoid and its rest. */
function probabilitiesOf(logits: Float32Array): number[] {
  if (logits.length === 1) {
    const one = 1 / (1 + Math.exp(-(logits[0] ?? NaN)));
    return [1 - one, one];
  }
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const shares = Array.from(logits, (value) => Math.exp(value - largest));
  const total = shares.reduce((sum, value) => sum + value, 0);
  return shares.map((value) => value / total);
}
