import { Activate, ReLU } from "../autograd/activations.ts";
import { Linear } from "../autograd/linear.ts";
import { CrossEntropyLoss, MSELoss } from "../autograd/losses.ts";
import type { Module } from "../autograd/module.ts";
import { Tape } from "../autograd/tape.ts";
import { Parameter, Variable } from "../autograd/variable.ts";
import { ContractError } from "../errors.ts";
import type { Ops, TensorLike } from "../ops/op.ts";
import type { Layer, Network } from "./network.ts";
import { parameterNames } from "./network.ts";

/** What a network is computed from: x (N, in), y (N,), and its parameters w1, b1, w2, … by name. */
export interface NetworkTensors<T> {
  readonly x: T;
  readonly y: T;
  readonly parameters: Readonly<Partial<Record<string, T>>>;
}

/** The output of one layer; `gradient` is there after backward(). */
export interface LayerOutput<T extends TensorLike> {
  readonly layer: Layer;
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
): BuiltNetwork<T> {
  const tape = new Tape(ops);
  const learned = new Map<string, Parameter<T>>();
  const parameter = (name: string): Parameter<T> => {
    const tensor = parameters[name];
    if (tensor === undefined) {
      throw new ContractError(
        `buildNetwork: there is no ${name}; expected one weight and bias for each linear layer`,
      );
    }
    const made = new Parameter(tape, tensor);
    learned.set(name, made);
    return made;
  };
  let linear = 0;
  const moduleOf = (layer: Layer): Module<T> => {
    switch (layer.type) {
      case "linear": {
        const names = parameterNames(linear++);
        return new Linear(parameter(names.weight), parameter(names.bias));
      }
      case "relu":
        return new ReLU(layer.shift);
      case "activation":
        return new Activate(layer.activation);
    }
  };

  const input = new Variable(tape, x);
  let value: Variable<T> = input;
  const outputs = network.layers.map((layer): LayerOutput<T> => {
    const out = moduleOf(layer).forward(value);
    value = out;
    return { layer, out: out.data, gradient: () => out.grad };
  });
  const criterion = network.loss === "mse" ? new MSELoss<T>() : new CrossEntropyLoss<T>();
  const loss = criterion.forward(value, y);
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
