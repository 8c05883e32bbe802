import type { TensorLike } from "../ops/op.ts";
import { Parameter, type Variable } from "./tape.ts";

/**
 * A part of a network. As in torch, `parameters()` finds the parameters and modules that are properties of a module,
 * and does not look into plain arrays: layers in such a list are called, but never trained. `Sequential` registers
 * its layers.
 *
 * @see torch.nn.Module
 */
export abstract class Module<T extends TensorLike> {
  abstract forward(x: Variable<T>): Variable<T>;

  /** Every registered parameter, in the order of the properties. */
  parameters(): readonly Parameter<T>[] {
    return Object.values(this).flatMap((property: unknown): readonly Parameter<T>[] => {
      if (property instanceof Parameter) return [property as Parameter<T>];
      return property instanceof Module ? (property as Module<T>).parameters() : [];
    });
  }

  /** Forgets the parameters' gradients; without it the next backward pass adds to them. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.tape.zeroGrad([parameter]);
  }
}
