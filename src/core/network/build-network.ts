import { Activate, ReLU } from "../autograd/activations.ts";
import { Linear } from "../autograd/linear.ts";
import { Dropout } from "../autograd/dropout.ts";
import {
  BinaryCrossEntropyLoss,
  CrossEntropyLoss,
  HuberLoss,
  OwnFormulaLoss,
  L1Loss,
  MSELoss,
  OneHotMSELoss,
  WeightedCrossEntropyLoss,
  type Loss,
} from "../autograd/losses.ts";
import { BatchNorm, LayerNorm } from "../autograd/norms.ts";
import { Product } from "../autograd/product.ts";
import { Residual } from "../autograd/residual.ts";
import { Module } from "../autograd/module.ts";
import { Tape } from "../autograd/tape.ts";
import { Parameter, Variable } from "../autograd/tape.ts";
import { ContractError } from "../errors.ts";
import type { Ops, TensorLike } from "../ops/op.ts";
import type { Layer, Network } from "./network.ts";
import { dropoutSeed } from "./dropout-mask.ts";
import { backwardFrom, CLASS_WEIGHTS, normNames, parameterNames, requireOwnLoss } from "./network.ts";
import { goBack } from "./own-backward/own-backward.ts";

/** What a network is computed from: x (N, in), y (N,) or (N, targets), and its parameters w1, b1, w2, … by name. */
export interface NetworkTensors<T> {
  readonly x: T;
  readonly y: T;
  readonly parameters: Readonly<Partial<Record<string, T>>>;
}

/** The output of one layer, those inside of blocks among them; `gradient` is there after backward(). */
export interface LayerOutput<T extends TensorLike> {
  readonly layer: Layer;
  readonly input: T;
  readonly out: T;
  gradient(): T | null;
}

/** A network whose forward pass is recorded. */
export interface BuiltNetwork<T extends TensorLike> {
  /** loss (1,). */
  readonly loss: T;
  readonly outputs: readonly LayerOutput<T>[];
  /** Records the backward pass, once. @returns the gradients of x, w1, b1, w2, … by name. */
  backward(): Readonly<Record<string, T>>;
}

/** What tells one training step from another; without it a network is evaluated. */
export interface TrainingStep<T> {
  /** (1,) float64: steps done before. */
  readonly counter: T;
  readonly seed: number;
}

function lossOf<T extends TensorLike>(
  { loss, smoothing, delta, classWeights, ownLoss }: Network,
  given: (name: string) => T,
): Loss<T> {
  const weights = classWeights === undefined ? null : given(CLASS_WEIGHTS);
  switch (loss) {
    case "mse":
      return new MSELoss();
    case "mseOneHot":
      return new OneHotMSELoss();
    case "l1":
      return new L1Loss();
    case "huber":
      return new HuberLoss(delta);
    case "own":
      return new OwnFormulaLoss(requireOwnLoss({ ownLoss }));
    case "binaryCrossEntropy":
      return new BinaryCrossEntropyLoss(weights);
    case "crossEntropy":
      return weights === null
        ? new CrossEntropyLoss(smoothing)
        : new WeightedCrossEntropyLoss(weights, smoothing);
  }
}

/** Layers one after another, each by what `step` makes of it: a branch of a block. */
class Through<T extends TensorLike> extends Module<T> {
  readonly #layers: readonly Layer[];
  readonly #step: (before: Variable<T>, layer: Layer) => Variable<T>;

  constructor(layers: readonly Layer[], step: (before: Variable<T>, layer: Layer) => Variable<T>) {
    super();
    this.#layers = layers;
    this.#step = step;
  }

  override forward(x: Variable<T>): Variable<T> {
    return this.#layers.reduce(this.#step, x);
  }
}

/**
 * Records a network's forward pass over the given tensors with the autograd's layers, and its backward pass when it
 * is asked for.
 *
 * @throws {ContractError} If a parameter is missing. @throws {ShapeError} If a shape does not fit.
 */
export function buildNetwork<T extends TensorLike>(
  ops: Ops<T>,
  network: Network,
  { x, y, parameters }: NetworkTensors<T>,
  training: TrainingStep<T> | null = null,
): BuiltNetwork<T> {
  const tape = new Tape(ops);
  const learned = new Map<string, Parameter<T>>();
  const given = (name: string): T => {
    const tensor = parameters[name];
    if (tensor !== undefined) return tensor;
    throw new ContractError(`buildNetwork: there is no ${name}; expected the parameters of each layer`);
  };
  const parameter = (name: string): Parameter<T> => {
    const made = new Parameter(tape, given(name));
    learned.set(name, made);
    return made;
  };
  let [linear, norm, dropped] = [0, 0, 0];
  const moduleOf = (layer: Layer): Module<T> | null => {
    switch (layer.type) {
      case "linear": {
        const names = parameterNames(linear++);
        return new Linear(parameter(names.weight), parameter(names.bias));
      }
      case "relu":
        return new ReLU(layer.shift);
      case "activation":
        return new Activate(layer.activation);
      case "dropout":
        if (training === null || layer.rate === 0) return null;
        return new Dropout({
          rate: layer.rate,
          seed: layer.seed ?? dropoutSeed(training.seed, dropped++),
          counter: training.counter,
        });
      case "batchNorm": {
        const names = normNames(norm++);
        const { momentum, eps } = layer;
        return new BatchNorm(parameter(names.gain), parameter(names.shift), given(names.running), {
          momentum,
          eps,
          training: training !== null,
        });
      }
      case "layerNorm": {
        const names = normNames(norm++);
        return new LayerNorm(parameter(names.gain), parameter(names.shift), layer.eps);
      }
      case "residual":
        return new Residual(new Through(layer.layers, through));
      case "product":
        return new Product(new Through(layer.left, through), new Through(layer.right, through));
    }
  };

  const input = new Variable(tape, x);
  const outputs: LayerOutput<T>[] = [];
  const through = (before: Variable<T>, layer: Layer): Variable<T> => {
    const out = moduleOf(layer)?.forward(before) ?? before;
    if (out !== before) outputs.push({ layer, input: before.data, out: out.data, gradient: () => out.grad });
    return out;
  };
  /** Layers forward as ever, and back by lines of a person's own. */
  const throughOwn = (
    before: Variable<T>,
    layers: readonly Layer[],
    lines: readonly string[],
  ): Variable<T> => {
    const count = learned.size;
    // Nobody walks this tape back.
    const inside = layers.reduce(through, new Variable(new Tape(ops), before.data));
    const own = [...learned.values()].slice(count);
    const [x, y, parameters] = [before.data, inside.data, own.map(({ data }) => data)];
    const out = tape.record(y, [before, ...own], (dy) =>
      goBack(ops, { layers, lines }, { x, y, dy, parameters }),
    );
    const last = outputs.pop();
    if (last !== undefined) outputs.push({ ...last, gradient: () => out.grad });
    return out;
  };
  let value = input;
  for (let at = 0; at < network.layers.length;) {
    const layer = network.layers[at];
    const own = backwardFrom(layer);
    const count = own?.layers ?? 1;
    value =
      own === null
        ? through(value, layer)
        : throughOwn(value, network.layers.slice(at, at + count), own.lines);
    at += count;
  }
  const loss = lossOf(network, given).forward(value, y);
  return {
    loss: loss.data,
    outputs,
    backward: () => {
      loss.backward();
      const gradients: Record<string, T> = {};
      for (const [name, { grad }] of [["x", input] as const, ...learned]) {
        if (grad === null) throw new ContractError(`buildNetwork: the loss does not depend on ${name}`);
        gradients[name] = grad;
      }
      return gradients;
    },
  };
}
