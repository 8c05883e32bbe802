import { buildNetwork } from "../../../../core/network/build-network.ts";
import {
  judgesClasses,
  parameterShapes,
  type Layer,
  type Network,
} from "../../../../core/network/network.ts";
import { activationName } from "../../../../core/ops/activation.ts";
import { ReferenceOps } from "../../../../core/ops/reference-ops.ts";
import type { Dataset } from "../../../../shared/experiments/dataset.ts";
import type {
  Example,
  Importance,
  Learned,
  Mistake,
  Prediction,
  WeightsChoice,
} from "../../../../shared/experiments/learned.ts";
import { storedPixels } from "../../../../shared/experiments/pixel-range.ts";
import { viewOf } from "../../../../shared/engine/tensor-view.ts";
import { writeNpy } from "../../../data/write-npy.ts";
import { writeSafetensors } from "../../../data/safetensors.ts";
import type { DataTensors, DataRows } from "../../compute/data-rows.ts";
import type { RunSupervisor } from "../../activity/run-supervisor.ts";
import { join } from "node:path";
import type { Checkpoint } from "../session/checkpoints.ts";
import type { ResolvedTraining } from "../resolved-training.ts";
import { PictureTaker } from "../session/unit-pictures.ts";
import { placeParameters, referenceParameters } from "./checkpoint-parameters.ts";
import { embedRows, evaluateRows } from "./evaluate-rows.ts";
import { judgeClasses, judgeNumbers, probabilitiesOf } from "./judge-predictions.ts";
import { checkpointsOf, loadWeights } from "./load-weights.ts";
import { permutationImportance } from "./permutation-importance.ts";
import type { LabServices } from "../../activity/experiment.ts";

const MOST_UNITS = 64;
/** Weights that a training has saved. */
interface TrainedWeights {
  readonly runId: string;
  readonly weights: WeightsChoice;
}

/** Weights of a training that is looked at. */
interface Loaded {
  readonly key: string;
  readonly training: ResolvedTraining;
  readonly checkpoint: Checkpoint;
}

/** What trained networks have learned, and what they make of a drawn digit. */
export class LearnedLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #data: DataRows;
  #loaded: Loaded | null = null;

  constructor(services: LabServices, supervisor: RunSupervisor, data: DataRows) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#data = data;
  }

  /** Which weights a training has kept; the first is what it came to. @throws {ContractError} If there is no such training. */
  async weights({ runId }: { readonly runId: string }): Promise<WeightsChoice[]> {
    return [...(await checkpointsOf(this.#services.store, runId).checkpoints.choices())];
  }

  /** Runs a training's network over its validation rows, or over its training rows where it has no others. @throws {ContractError} @throws {DataFormatError} */
  async inspect({ runId, weights }: TrainedWeights): Promise<Learned> {
    const threads = this.#services.engine.workers;
    const {
      training: { spec, network },
      checkpoint,
    } = await this.#load(runId, weights);
    const split = spec.validRows === 0 ? "train" : "valid";
    const rows = split === "train" ? spec.data.rows : spec.validRows;
    return this.#supervisor.work("training", "What the network has learned", async () => {
      const data = await this.#data.rows({ name: spec.data.name, split, rows });
      const { engine } = this.#services;
      const dataset = this.#services.dataset(spec.data.name);
      const seen = await evaluateRows(engine, network, checkpoint, data, threads);
      const targets = viewOf(engine.arena.memory, data.y, "float32").slice();
      const predictions = { outputs: seen.outputs, targets, rows };
      const { target, layout, featureNames } = dataset;
      const classNames = target.kind === "classes" ? target.names : [];
      const judged =
        target.kind === "classes"
          ? judgeClasses(predictions, { loss: network.loss, classes: classNames.length })
          : { confusion: [], right: 0, worst: [], calibration: null };
      const mistakes: Mistake[] = [];
      for (const one of judged.worst) {
        const { features } = await this.#data.row(spec.data.name, split, one.row);
        mistakes.push({ ...one, features });
      }
      const { units, shown } = firstLayerImages(network, checkpoint, dataset);
      return {
        runId,
        weights,
        step: checkpoint.state.step,
        split,
        rows,
        layout,
        pixelRange: await this.#data.pixelRange(spec.data.name),
        featureNames,
        classNames,
        confusion: [...judged.confusion],
        right: judged.right,
        calibration: judged.calibration,
        regressions: judgesClasses(network.loss) ? [] : [...judgeNumbers(predictions, target)],
        pictures: dataset.features === 2 ? await this.#pictures(network, checkpoint, data, threads) : null,
        mistakes,
        firstLayer: shown,
        firstLayerUnits: units,
        embedding: embedRows(seen, targets),
        embeddingNote: seen.embeddingNote,
      };
    });
  }

  /** The plane as the network sees it. */
  async #pictures(
    network: Network,
    checkpoint: Checkpoint,
    data: DataTensors,
    threads: number,
  ): Promise<Learned["pictures"]> {
    const { engine } = this.#services;
    const scope = engine.arena.scope();
    try {
      const parameters = placeParameters(engine.arena.memory, scope, network, checkpoint);
      return await new PictureTaker(engine, scope, { network, parameters, data }).take(threads);
    } finally {
      scope.release();
    }
  }

  /**
   * By how much the loss grows when the values of one feature are mixed among the rows. Refused while an activity is on.
   *
   * @throws {ContractError} If there are too many features.
   */
  async importance({ runId, weights }: TrainedWeights): Promise<Importance> {
    const threads = this.#services.engine.workers;
    const {
      training: { spec, network },
      checkpoint,
    } = await this.#load(runId, weights);
    const dataset = this.#services.dataset(spec.data.name);
    const split = spec.validRows === 0 ? "train" : "valid";
    const rows = split === "train" ? spec.data.rows : spec.validRows;
    return this.#supervisor.work("training", "Importance of features", async (activity) => {
      const data = await this.#data.rows({ name: spec.data.name, split, rows });
      const { engine } = this.#services;
      const scope = engine.arena.scope();
      try {
        const parameters = placeParameters(engine.arena.memory, scope, network, checkpoint);
        const { featureNames } = dataset;
        return await permutationImportance(engine, scope, {
          network,
          parameters,
          data,
          threads,
          featureNames,
          seed: spec.seed,
          activity,
        });
      } finally {
        scope.release();
      }
    });
  }

  /** Rows with their outputs and their own gradients, in float64, beside whatever runs. */
  async examples({
    runId,
    weights,
    rows,
  }: TrainedWeights & { readonly rows: readonly number[] }): Promise<Example[]> {
    const {
      training: { spec, network },
      checkpoint,
    } = await this.#load(runId, weights);
    const { name } = spec.data;
    const split = spec.validRows === 0 ? "train" : "valid";
    const examples: Example[] = [];
    for (const row of rows) {
      const { features, targets } = await this.#data.row(name, split, row);
      const x = await this.#data.normalise(name, features);
      const ops = new ReferenceOps();
      const input = ops.from("x", [1, x.length], x);
      const built = buildNetwork(ops, network, {
        x: input,
        y: ops.from("y", targets.length === 1 ? [1] : [1, targets.length], targets),
        parameters: referenceParameters(ops, network, checkpoint),
      });
      const outputs = Array.from(built.outputs.at(-1)?.out.data ?? []);
      const gradient = built.backward()["x"]?.data ?? [];
      examples.push({
        row,
        features,
        targets: Array.from(targets),
        outputs,
        probabilities: probabilitiesOf(network.loss, outputs),
        saliency: Float32Array.from(gradient),
      });
    }
    return examples;
  }

  /** Outputs and activations for one image of 784 grey values, which become as light as those of the data; in float64, beside whatever runs. */
  async predict({
    runId,
    weights,
    pixels,
  }: TrainedWeights & { readonly pixels: Uint8Array }): Promise<Prediction> {
    const {
      training: { spec, network },
      checkpoint,
    } = await this.#load(runId, weights);
    const ops = new ReferenceOps();
    const range = await this.#data.pixelRange(spec.data.name);
    const stored = range === null ? pixels : storedPixels(pixels, range);
    const normalised = await this.#data.normalise(spec.data.name, stored);
    const x = ops.from("x", [1, normalised.length], normalised);
    const parameters = referenceParameters(ops, network, checkpoint);
    const y = ops.from("y", [1], [0]);
    const built = buildNetwork(ops, network, { x, y, parameters });
    const outputs = Array.from(built.outputs.at(-1)?.out.data ?? []);
    return {
      outputs,
      probabilities: probabilitiesOf(network.loss, outputs),
      activations: built.outputs
        .filter(({ layer }) => layer.type === "relu" || layer.type === "activation")
        .map(({ layer, out }, index) => ({
          title: `${index + 1}: ${titleOf(layer)}`,
          values: Array.from(out.data),
        })),
    };
  }

  /** Writes weights as one .safetensors file, or one .npy a parameter into a folder. @returns how many parameters. */
  async saveWeights(
    { runId, weights }: TrainedWeights,
    target: { readonly format: "safetensors" | "npy"; readonly path: string },
  ): Promise<number> {
    const {
      training: { network },
      checkpoint,
    } = await this.#load(runId, weights);
    const tensors = parameterShapes(network).map(({ name, shape }) => ({
      name,
      shape,
      data: checkpoint.state.values[name] ?? new Float32Array(),
    }));
    if (target.format === "npy") {
      for (const { name, shape, data } of tensors) {
        await writeNpy(join(target.path, `${name}.npy`), shape, data);
      }
    } else {
      await writeSafetensors(target.path, {
        tensors: Object.fromEntries(tensors.map(({ name, shape, data }) => [name, { shape, data }])),
        metadata: { format: "backprop-lab", run: runId, step: String(checkpoint.state.step) },
      });
    }
    return tensors.length;
  }

  async #load(runId: string, weights: WeightsChoice): Promise<Loaded> {
    const key = `${runId} ${weights}`;
    // A training that goes on writes its latest and its best weights anew.
    const stays = weights !== "latest" && weights !== "best";
    if (this.#loaded?.key === key && stays) return this.#loaded;
    const { training, checkpoint } = await loadWeights(this.#services.store, runId, weights);
    return (this.#loaded = { key, training, checkpoint });
  }
}

function titleOf(layer: Layer): string {
  if (layer.type === "activation") return activationName(layer.activation);
  return layer.type;
}

/** The weights into each of the first layer's units, of grey images: a column of w1 (pixels, units). */
function firstLayerImages(
  network: Network,
  { state }: Checkpoint,
  { layout, features }: Dataset,
): { units: number; shown: Float32Array[] } {
  const [first] = parameterShapes(network).filter(({ name }) => name === "w1");
  const units = first?.shape[1] ?? 0;
  const weights = state.values["w1"] ?? new Float32Array();
  const count = layout?.channels === 1 && first?.shape[0] === features ? Math.min(units, MOST_UNITS) : 0;
  const shown = Array.from({ length: count }, (_, unit) =>
    Float32Array.from({ length: features }, (_value, pixel) => weights[pixel * units + unit] ?? 0),
  );
  return { units, shown };
}
