import { ContractError } from "../../../core/errors.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import type { NotebookSettings } from "../../../shared/experiments/notebook.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { NetworkModel } from "../../../shared/engine/worker-tasks.ts";
import type { Scope } from "../../engine/arena.ts";
import type { Engine } from "../../engine/engine.ts";
import { IN_FEATURES, HIDDEN, type GradientName, notebookNetwork } from "../compute/notebook-network.ts";

/** The notebook's data, as they are after the last cell that touched them. */
export interface NotebookData {
  readonly xTrain: Tensor;
  readonly yTrain: Tensor;
  readonly xValid: Tensor;
  readonly yValid: Tensor;
  /** Statistics of x_train before normalisation, once cell 5 has measured them. */
  readonly trainStatistics: Tensor;
  measured: boolean;
  normalized: boolean;
}

/** w1 (784, 50), b1 (50,), w2 (50, 1), b2 (1,). */
export interface Weights {
  readonly w1: Tensor;
  readonly b1: Tensor;
  readonly w2: Tensor;
  readonly b2: Tensor;
}

export const WEIGHT_NAMES: readonly (keyof Weights)[] = ["w1", "b1", "w2", "b2"];
export type Gradients = Readonly<Record<GradientName, Tensor>>;

/** What a stage left behind: its gradients and the weights they belong to. */
export interface StageGradients {
  readonly gradients: Gradients;
  readonly weights: Weights;
  readonly weightsVersion: number;
  readonly shift: number;
  readonly loss: number;
}

/** Float64 gradients of an independent implementation. */
export interface ReferenceGradients {
  readonly gradients: Gradients;
  /** By how much each may differ without a mistake, by flat index. */
  readonly allowances: Readonly<Record<GradientName, ReadonlyMap<number, number>>>;
  readonly loss: number;
  /** Units within float32 rounding of the relu's kink. */
  readonly kinks: number;
}

/**
 * The state that cells share, like a notebook's kernel: data, weights, gradients. A new session starts from nothing;
 * everything it allocated is released with it.
 */
export class NotebookSession {
  readonly engine: Engine;
  settings: NotebookSettings;
  readonly scope: Scope;
  /** Weights read from files for `--weights`, instead of drawn. */
  readonly givenWeights: Readonly<Record<keyof Weights, Float32Array>> | null;
  readonly resourcesDir: string;
  readonly weights: Weights;
  /** Counts assignments to the weights: gradients remember which they belong to. */
  weightsVersion = 0;
  data: NotebookData | null = null;
  readonly stages = new Map<string, StageGradients>();
  readonly #stageScopes = new Map<string, Scope>();
  readonly #references = new Map<string, ReferenceGradients>();
  #referenceTensors: Gradients | null = null;
  /** Numbers that later cells compare themselves with, by cell. */
  readonly remembered = new Map<string, Readonly<Record<string, number>>>();

  constructor(options: {
    readonly engine: Engine;
    readonly settings: NotebookSettings;
    readonly resourcesDir: string;
    readonly givenWeights: Readonly<Record<keyof Weights, Float32Array>> | null;
  }) {
    this.engine = options.engine;
    this.settings = options.settings;
    this.resourcesDir = options.resourcesDir;
    this.givenWeights = options.givenWeights;
    this.scope = options.engine.arena.scope();
    this.weights = {
      w1: this.scope.tensor("w1", [IN_FEATURES, HIDDEN]),
      b1: this.scope.tensor("b1", [HIDDEN]),
      w2: this.scope.tensor("w2", [HIDDEN, 1]),
      b2: this.scope.tensor("b2", [1]),
    };
  }

  /** Copies values into a tensor that lives as long as the session. */
  write(tensor: Tensor, values: ArrayLike<number>): void {
    viewOf(this.engine.arena.memory, tensor, "float32").set(values);
  }

  setWeights(values: Readonly<Record<keyof Weights, ArrayLike<number>>>): void {
    this.write(this.weights.w1, values.w1);
    this.write(this.weights.b1, values.b1);
    this.write(this.weights.w2, values.w2);
    this.write(this.weights.b2, values.b2);
    this.weightsVersion++;
  }

  /** @throws {ContractError} If cell 3 has not run. */
  loaded(): NotebookData {
    if (this.data === null) throw new ContractError("there are no data yet; run cell 3 first");
    return this.data;
  }

  /** @throws {ContractError} If cell 7 has not run. */
  normalized(): NotebookData {
    const data = this.loaded();
    if (!data.normalized) throw new ContractError("the data are not normalised yet; run cell 7 first");
    return data;
  }

  /** A fresh scope for a stage's tensors; what the stage's last run left is released. */
  stageScope(stage: string): Scope {
    this.#stageScopes.get(stage)?.release();
    this.stages.delete(stage);
    const scope = this.engine.arena.scope();
    this.#stageScopes.set(stage, scope);
    return scope;
  }

  /** @throws {ContractError} If the stage has not run, or the weights changed since. */
  stageGradients(stage: string, cell: string): StageGradients {
    const found = this.stages.get(stage);
    if (found === undefined)
      throw new ContractError(`there are no gradients to check yet; run cell ${cell} first`);
    if (found.weights === this.weights && found.weightsVersion !== this.weightsVersion) {
      throw new ContractError(
        `the weights have changed since cell ${cell} ran; run cell ${cell} again first`,
      );
    }
    return found;
  }

  /** A stage's network with its weights and all rows, as the reference takes it. */
  modelOf({ shift, weights: { w1, b1, w2, b2 } }: StageGradients): NetworkModel {
    const { xTrain: x, yTrain: y } = this.normalized();
    return { network: notebookNetwork(shift), parameters: { w1, b1, w2, b2 }, x, y };
  }

  /** The float64 gradients for these weights, computed at most once. */
  async reference(
    stage: StageGradients,
    compute: (gradients: Gradients) => Promise<Omit<ReferenceGradients, "gradients">>,
  ): Promise<ReferenceGradients> {
    const key = `${stage.weights.w1.offsetBytes}:${stage.weightsVersion}:${stage.shift}`;
    const known = this.#references.get(key);
    if (known !== undefined) return known;
    this.#references.clear();
    const gradients = (this.#referenceTensors ??= this.#allocateReference());
    const reference = { gradients, ...(await compute(gradients)) };
    this.#references.set(key, reference);
    return reference;
  }

  /** One set of float64 gradients at a time: x.g alone takes 313 MB. */
  #allocateReference(): Gradients {
    return {
      x: this.scope.tensor("reference x.g", [this.settings.rows, IN_FEATURES], "float64"),
      w1: this.scope.tensor("reference w1.g", [IN_FEATURES, HIDDEN], "float64"),
      b1: this.scope.tensor("reference b1.g", [HIDDEN], "float64"),
      w2: this.scope.tensor("reference w2.g", [HIDDEN, 1], "float64"),
      b2: this.scope.tensor("reference b2.g", [1], "float64"),
    };
  }

  release(): void {
    for (const scope of this.#stageScopes.values()) scope.release();
    this.scope.release();
  }
}
