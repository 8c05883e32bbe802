import type { TensorLike } from "../ops/op.ts";
import { Module } from "./module.ts";
import type { Parameter, Variable } from "./tape.ts";

/** Layers one after another. @see torch.nn.Sequential */
export class Sequential<T extends TensorLike> extends Module<T> {
  readonly layers: readonly Module<T>[];

  constructor(layers: readonly Module<T>[]) {
    super();
    this.layers = layers;
  }

  override forward(x: Variable<T>): Variable<T> {
    return this.layers.reduce((value, layer) => layer.forward(value), x);
  }

  /** Registers what the list holds: this is what a plain array does not do. */
  override parameters(): readonly Parameter<T>[] {
    return this.layers.flatMap((layer) => layer.parameters());
  }
}
