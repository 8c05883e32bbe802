import { ReLU } from "../autograd/activations.ts";
import { Linear } from "../autograd/linear.ts";
import { Module } from "../autograd/module.ts";
import { Sequential } from "../autograd/sequential.ts";
import { Tape } from "../autograd/tape.ts";
import { Parameter, type Variable } from "../autograd/tape.ts";
import type { TensorLike } from "../ops/op.ts";
import { ReferenceOps } from "../ops/reference-ops.ts";
import type { ReferenceTensor } from "../ops/reference-tensor.ts";

// #region plain list
class ListModel<T extends TensorLike> extends Module<T> {
  readonly layers: readonly Module<T>[];

  constructor(layers: readonly Module<T>[]) {
    super();
    this.layers = layers;
  }

  override forward(x: Variable<T>): Variable<T> {
    return this.layers.reduce((value, layer) => layer.forward(value), x);
  }
}
// #endregion

// #region registered list
class RegisteredModel<T extends TensorLike> extends Module<T> {
  readonly layers: Sequential<T>;

  constructor(layers: readonly Module<T>[]) {
    super();
    this.layers = new Sequential(layers);
  }

  override forward(x: Variable<T>): Variable<T> {
    return this.layers.forward(x);
  }
}
// #endregion

/** What `parameters()` of two models of the same layers finds: the shapes of what an optimiser would train. */
export interface Registration {
  /** Layers in a plain list, as in the notebook. */
  readonly list: readonly (readonly number[])[];
  /** The same layers in a Sequential. */
  readonly registered: readonly (readonly number[])[];
}

/** Asks both models; the weights' values do not matter. */
export function compareRegistration(): Registration {
  const ops = new ReferenceOps();
  const tape = new Tape<ReferenceTensor>(ops);
  const parameter = (name: string, shape: readonly number[]): Parameter<ReferenceTensor> =>
    new Parameter(tape, ops.tensor(name, shape));
  const layers = [
    new Linear(parameter("w1", [784, 50]), parameter("b1", [50])),
    new ReLU<ReferenceTensor>(),
    new Linear(parameter("w2", [50, 1]), parameter("b2", [1])),
  ];
  const shapes = (model: Module<ReferenceTensor>): readonly (readonly number[])[] =>
    model.parameters().map(({ data }) => data.shape);
  return { list: shapes(new ListModel(layers)), registered: shapes(new RegisteredModel(layers)) };
}
