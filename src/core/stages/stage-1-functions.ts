import {
  addBiasInPlace,
  columnSum,
  matmul,
  meanSquaredError,
  meanSquaredErrorBackward,
  outerProductSum,
  relu as shiftedRelu,
  reluBackward,
} from "../ops/functional.ts";
import type { Ops, TensorLike } from "../ops/op.ts";
import {
  afterForward,
  type Stage,
  type StageGradients,
  type StageOptions,
  type StageTensors,
} from "./stage.ts";

// #region cell 9
/** X @ w + b: X (N, in), w (in, out), b (out,). */
export function linearLayer<T extends TensorLike>(ops: Ops<T>, X: T, w: T, b: T): T {
  return addBiasInPlace(ops, matmul(ops, X, w), b);
}
// #endregion

// #region cell 17
/** max(x, 0) − shift; cell 10 has shift 0, cell 17 has 0.5. */
export function relu<T extends TensorLike>(ops: Ops<T>, x: T, shift: number): T {
  return shiftedRelu(ops, x, { shift });
}
// #endregion

/** mean of (yPred[n, 0] − yTrue[n])²: the column is squeezed, so that nothing broadcasts to (N, N). */
export function mse<T extends TensorLike>(ops: Ops<T>, yPred: T, yTrue: T): T {
  return meanSquaredError(ops, yPred, yTrue);
}

// #region cell 24
/** inp.g = 2 (inp − targ) / N. */
export function mseBackwards<T extends TensorLike>(ops: Ops<T>, inp: T, targ: T): T {
  return meanSquaredErrorBackward(ops, inp, targ);
}
// #endregion

// #region cell 26
/** inp.g = out.g wᵀ, w.g = Σ_n inp[n] ⊗ out.g[n], b.g = Σ_n out.g[n]. */
export function linearLayerBackwards<T extends TensorLike>(
  ops: Ops<T>,
  inp: T,
  outG: T,
  { w, b }: { readonly w: T; readonly b: T },
  chunkRows: number,
): { inp: T; w: T; b: T } {
  return {
    inp: matmul(ops, outG, w, { transposeB: true, name: `${inp.name}.g` }),
    w: outerProductSum(ops, inp, outG, { chunkRows, name: `${w.name}.g` }),
    b: columnSum(ops, outG, `${b.name}.g`),
  };
}
// #endregion

// #region cell 27
/** inp.g = (inp > 0) · out.g. */
export function reluBackwards<T extends TensorLike>(ops: Ops<T>, inp: T, outG: T): T {
  return reluBackward(ops, inp, outG);
}
// #endregion

// #region cell 28
/** What the forward pass leaves for the backward pass. */
interface Activations<T> {
  readonly l1: T;
  readonly l2: T;
  readonly out: T;
  readonly loss: T;
}

function forward<T extends TensorLike>(
  ops: Ops<T>,
  { x: inp, y: targ, w1, b1, w2, b2 }: StageTensors<T>,
  { shift }: StageOptions,
): Activations<T> {
  const l1 = linearLayer(ops, inp, w1, b1);
  const l2 = relu(ops, l1, shift);
  const out = linearLayer(ops, l2, w2, b2);
  const loss = mse(ops, out, targ);
  return { l1, l2, out, loss };
}

function backward<T extends TensorLike>(
  ops: Ops<T>,
  { x: inp, y: targ, w1, b1, w2, b2 }: StageTensors<T>,
  { l1, l2, out }: Activations<T>,
  { chunkRows }: StageOptions,
): StageGradients<T> {
  const outG = mseBackwards(ops, out, targ);
  const layer2 = linearLayerBackwards(ops, l2, outG, { w: w2, b: b2 }, chunkRows);
  const l1G = reluBackwards(ops, l1, layer2.inp);
  const layer1 = linearLayerBackwards(ops, inp, l1G, { w: w1, b: b1 }, chunkRows);
  return { x: layer1.inp, w1: layer1.w, b1: layer1.b, w2: layer2.w, b2: layer2.b };
}
// #endregion

/** Stage 1, cells 9 to 30: plain functions, the weight gradient as a sum of outer products. */
export const stage1Functions: Stage = {
  name: "functions",
  build(ops, tensors, options) {
    let activations: ReturnType<typeof forward<typeof tensors.x>> | undefined;
    return {
      forward: () => (activations = forward(ops, tensors, options)).loss,
      backward: () => backward(ops, tensors, afterForward(activations, "functions"), options),
    };
  },
};
