import {
  addBiasInPlace,
  columnSum,
  matmul,
  meanSquaredError,
  meanSquaredErrorBackward,
  outerProductSum,
  relu,
  reluBackward,
} from "../ops/functional.ts";
import type { Ops, TensorLike } from "../ops/op.ts";
import { GradientTable } from "./gradient-table.ts";
import { afterForward, type Stage, type StageOptions, type StageTensors } from "./stage.ts";

/** What every layer needs besides its own parameters: the ops, the gradients, the options. */
interface Context<T extends TensorLike> extends StageOptions {
  readonly ops: Ops<T>;
  /** `g.of(tensor)` is the notebook's `tensor.g`. */
  readonly g: GradientTable<T>;
}

/** A layer that remembers its last call. */
interface Layer<T> {
  call(inp: T): T;
  backward(): void;
}

// #region cell 37
class Relu<T extends TensorLike> implements Layer<T> {
  readonly #context: Context<T>;
  #inp: T | undefined;
  #out: T | undefined;

  constructor(context: Context<T>) {
    this.#context = context;
  }

  call(inp: T): T {
    const { ops, shift } = this.#context;
    this.#inp = inp;
    this.#out = relu(ops, inp, { shift });
    return this.#out;
  }

  backward(): void {
    const { ops, g } = this.#context;
    const inp = afterForward(this.#inp, "Relu.backward");
    const out = afterForward(this.#out, "Relu.backward");
    g.set(inp, reluBackward(ops, inp, g.of(out)));
  }
}
// #endregion

// #region cell 38
class LinearLayer<T extends TensorLike> implements Layer<T> {
  readonly #context: Context<T>;
  readonly #w: T;
  readonly #b: T;
  #inp: T | undefined;
  #out: T | undefined;

  constructor(context: Context<T>, w: T, b: T) {
    this.#context = context;
    this.#w = w;
    this.#b = b;
  }

  call(inp: T): T {
    const { ops } = this.#context;
    this.#inp = inp;
    this.#out = addBiasInPlace(ops, matmul(ops, inp, this.#w), this.#b);
    return this.#out;
  }

  backward(): void {
    const { ops, g, chunkRows } = this.#context;
    const inp = afterForward(this.#inp, "LinearLayer.backward");
    const out = afterForward(this.#out, "LinearLayer.backward");
    const [w, b] = [this.#w, this.#b];
    g.set(inp, matmul(ops, g.of(out), w, { transposeB: true, name: `${inp.name}.g` }));
    g.set(w, outerProductSum(ops, inp, g.of(out), { chunkRows, name: `${w.name}.g` }));
    g.set(b, columnSum(ops, g.of(out), `${b.name}.g`));
  }
}
// #endregion

// #region cell 39
class Mse<T extends TensorLike> {
  readonly #context: Context<T>;
  #inp: T | undefined;
  #targ: T | undefined;

  constructor(context: Context<T>) {
    this.#context = context;
  }

  call(inp: T, targ: T): T {
    this.#inp = inp;
    this.#targ = targ;
    return meanSquaredError(this.#context.ops, inp, targ);
  }

  backward(): void {
    const { ops, g } = this.#context;
    const inp = afterForward(this.#inp, "Mse.backward");
    const targ = afterForward(this.#targ, "Mse.backward");
    g.set(inp, meanSquaredErrorBackward(ops, inp, targ));
  }
}
// #endregion

// #region cell 40
class Model<T extends TensorLike> {
  readonly #layers: readonly Layer<T>[];
  readonly #loss: Mse<T>;

  constructor(context: Context<T>, { w1, b1, w2, b2 }: StageTensors<T>) {
    this.#layers = [new LinearLayer(context, w1, b1), new Relu(context), new LinearLayer(context, w2, b2)];
    this.#loss = new Mse(context);
  }

  call(x: T, y: T): T {
    for (const layer of this.#layers) x = layer.call(x);
    return this.#loss.call(x, y);
  }

  backward(): void {
    this.#loss.backward();
    for (const layer of this.#layers.toReversed()) layer.backward();
  }
}
// #endregion

/** Stage 2, cells 37 to 43: layers are classes that remember their inputs; still sums of outer products. */
export const stage2LayerClasses: Stage = {
  name: "layer classes",
  build<T extends TensorLike>(ops: Ops<T>, tensors: StageTensors<T>, options: StageOptions) {
    const { x, y, w1, b1, w2, b2 } = tensors;
    const g = new GradientTable<T>();
    const model = new Model({ ops, g, ...options }, tensors);
    return {
      // #region cell 42
      forward: () => model.call(x, y),
      // #endregion
      // #region cell 43
      backward: () => {
        model.backward();
        return { x: g.of(x), w1: g.of(w1), b1: g.of(b1), w2: g.of(w2), b2: g.of(b2) };
      },
      // #endregion
    };
  },
};
