import {
  addBiasInPlace,
  columnSum,
  matmul,
  meanSquaredError,
  meanSquaredErrorBackward,
  relu,
  reluBackward,
} from "../ops/functional.ts";
import type { Ops, TensorLike } from "../ops/op.ts";
import { GradientTable } from "./gradient-table.ts";
import { afterForward, type Stage, type StageOptions, type StageTensors } from "./stage.ts";

/** What every module needs besides its own parameters. */
interface Context<T extends TensorLike> extends StageOptions {
  readonly ops: Ops<T>;
  /** `g.of(tensor)` is the notebook's `tensor.g`. */
  readonly g: GradientTable<T>;
}

// #region cell 54
/** Remembers the arguments and the output of its last call, so that layers hold only their mathematics. */
abstract class Module<T extends TensorLike, Args extends readonly T[]> {
  protected readonly context: Context<T>;
  #args: Args | undefined;
  #out: T | undefined;

  constructor(context: Context<T>) {
    this.context = context;
  }

  call(...args: Args): T {
    this.#args = args;
    this.#out = this.forward(...args);
    return this.#out;
  }

  /** The notebook's "Not yet implemented" is an error of the compiler here. */
  protected abstract forward(...args: Args): T;
  protected abstract bwd(out: T, ...args: Args): void;

  backward(): void {
    const where = `${this.constructor.name}.backward`;
    this.bwd(afterForward(this.#out, where), ...afterForward(this.#args, where));
  }
}
// #endregion

// #region cell 55
class Relu<T extends TensorLike> extends Module<T, [inp: T]> {
  protected override forward(inp: T): T {
    return relu(this.context.ops, inp, { shift: this.context.shift });
  }

  protected override bwd(out: T, inp: T): void {
    const { ops, g } = this.context;
    g.set(inp, reluBackward(ops, inp, g.of(out)));
  }
}
// #endregion

// #region cell 56
class LinearLayer<T extends TensorLike> extends Module<T, [inp: T]> {
  readonly #w: T;
  readonly #b: T;

  constructor(context: Context<T>, w: T, b: T) {
    super(context);
    this.#w = w;
    this.#b = b;
  }

  protected override forward(inp: T): T {
    const { ops } = this.context;
    return addBiasInPlace(ops, matmul(ops, inp, this.#w), this.#b);
  }

  protected override bwd(out: T, inp: T): void {
    const { ops, g } = this.context;
    const [w, b] = [this.#w, this.#b];
    g.set(inp, matmul(ops, g.of(out), w, { transposeB: true, name: `${inp.name}.g` }));
    g.set(w, matmul(ops, inp, g.of(out), { transposeA: true, name: `${w.name}.g` }));
    g.set(b, columnSum(ops, g.of(out), `${b.name}.g`));
  }
}
// #endregion

// #region cell 57
class Mse<T extends TensorLike> extends Module<T, [inp: T, targ: T]> {
  protected override forward(inp: T, targ: T): T {
    return meanSquaredError(this.context.ops, inp, targ);
  }

  protected override bwd(_out: T, inp: T, targ: T): void {
    const { ops, g } = this.context;
    g.set(inp, meanSquaredErrorBackward(ops, inp, targ));
  }
}
// #endregion

// #region cell 58
class Model<T extends TensorLike> {
  readonly #layers: readonly Module<T, [inp: T]>[];
  readonly #loss: Mse<T>;

  constructor(context: Context<T>, { w1, b1, w2, b2 }: StageTensors<T>) {
    this.#layers = [new LinearLayer(context, w1, b1), new Relu(context), new LinearLayer(context, w2, b2)];
    this.#loss = new Mse(context);
  }

  call(x: T, targ: T): T {
    for (const layer of this.#layers) x = layer.call(x);
    return this.#loss.call(x, targ);
  }

  backward(): void {
    this.#loss.backward();
    for (const layer of this.#layers.toReversed()) layer.backward();
  }
}
// #endregion

/** Stage 3, cells 54 to 64: a Module base class, and the weight gradient as one matrix product. */
export const stage3Module: Stage = {
  name: "Module",
  build<T extends TensorLike>(ops: Ops<T>, tensors: StageTensors<T>, options: StageOptions) {
    const { x, y, w1, b1, w2, b2 } = tensors;
    const g = new GradientTable<T>();
    const model = new Model({ ops, g, ...options }, tensors);
    return {
      // #region cell 63
      forward: () => model.call(x, y),
      // #endregion
      // #region cell 64
      backward: () => {
        model.backward();
        return { x: g.of(x), w1: g.of(w1), b1: g.of(b1), w2: g.of(w2), b2: g.of(b2) };
      },
      // #endregion
    };
  },
};
