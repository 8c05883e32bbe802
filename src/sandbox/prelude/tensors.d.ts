// The tensor language as cells see it: for the editor, and for whoever looks a method up.

/** Where a tensor may stand, a number may stand. */
type Arg = Tensor | number;
/** Which axes go (all without `dim`), and whether they stay as ones. Negative axes count from the last. */
interface Reduce {
  readonly dim?: number | readonly number[];
  readonly keepdim?: boolean;
}
type Sizes = (number | readonly number[])[];
type NestedNumbers = number | boolean | readonly NestedNumbers[];

/** An array of float32 numbers of rank 0 to 6. Methods take down what is to be computed; reading computes it. */
declare class Tensor {
  private constructor();
  readonly shape: readonly number[];
  readonly ndim: number;
  /** Number of elements. */
  readonly numel: number;
  /** What the numbers stand for; comparisons give "bool" (0 and 1), argmax "int32". */
  readonly dtype: "float32" | "bool" | "int32";
  /** The gradient that you computed by hand; `check` compares it with the float64 derivative. */
  g: Tensor | null;

  /** Element by element; shapes broadcast as in NumPy: equal from the right, or 1. */
  add(o: Arg): Tensor;
  sub(o: Arg): Tensor;
  mul(o: Arg): Tensor;
  div(o: Arg): Tensor;
  /** this ^ o; of a negative number only with a whole exponent, else NaN. */
  pow(o: Arg): Tensor;
  maximum(o: Arg): Tensor;
  minimum(o: Arg): Tensor;
  /** 1 where it holds, else 0; NaN fulfils none but `ne`. */
  gt(o: Arg): Tensor;
  ge(o: Arg): Tensor;
  lt(o: Arg): Tensor;
  le(o: Arg): Tensor;
  eq(o: Arg): Tensor;
  ne(o: Arg): Tensor;
  /** `yes` where this is not 0, else `no`. */
  where(yes: Arg, no: Arg): Tensor;
  clamp(o: { readonly min?: number; readonly max?: number }): Tensor;
  clampMin(min: number): Tensor;
  /** max(x, 0). */
  relu(): Tensor;
  neg(): Tensor;
  abs(): Tensor;
  sign(): Tensor;
  sqrt(): Tensor;
  /** 1 / √x. */
  rsqrt(): Tensor;
  square(): Tensor;
  exp(): Tensor;
  log(): Tensor;
  tanh(): Tensor;
  /** 1 / (1 + exp(−x)). */
  sigmoid(): Tensor;
  erf(): Tensor;
  /** The same numbers as dtype "float32". */
  float(): Tensor;
  clone(): Tensor;
  /** The same numbers, through which `backward` does not go. */
  detach(): Tensor;

  sum(o?: Reduce): Tensor;
  mean(o?: Reduce): Tensor;
  /** Divided by n − correction, 1 unless given, as torch does. */
  variance(o?: Reduce & { readonly correction?: number }): Tensor;
  std(o?: Reduce & { readonly correction?: number }): Tensor;
  max(o?: Reduce): Tensor;
  min(o?: Reduce): Tensor;
  /** Where the largest is, the first of equal ones. */
  argmax(o?: Reduce): Tensor;
  argmin(o?: Reduce): Tensor;
  /** log Σ exp(x), without overflow. */
  logSumExp(o?: Reduce): Tensor;
  /** exp(x) / Σ exp(x) along one axis, without overflow. */
  softmax(dim: number): Tensor;

  /** (M, K) @ (K, N) → (M, N). */
  matmul(o: Tensor): Tensor;
  /** Rows and columns swapped; costs nothing in a product. */
  t(): Tensor;
  /** The same numbers in another shape; one size may be −1. */
  reshape(...sizes: Sizes): Tensor;
  squeeze(dim?: number): Tensor;
  unsqueeze(dim: number): Tensor;
  permute(...dims: Sizes): Tensor;
  expand(...sizes: Sizes): Tensor;
  /** Elements from … to − 1 of an axis, of the first one unless given. */
  slice(from: number, to: number, dim?: number): Tensor;
  /** Element i of an axis, which goes. */
  select(dim: number, i: number): Tensor;
  /** Rows by their numbers. */
  take(rows: Tensor): Tensor;
  /** One element along `dim` for each element of `index`. */
  gather(dim: number, index: Tensor): Tensor;
  /** 1 at the class, else 0, on a new last axis. */
  oneHot(classes: number): Tensor;

  /** The name gets a new value; views that were taken before keep the old one, unlike torch's. */
  add_(o: Arg): this;
  sub_(o: Arg): this;
  mul_(o: Arg): this;
  div_(o: Arg): this;
  zero_(): this;
  copy_(o: Tensor): this;

  requiresGrad_(on?: boolean): this;
  readonly requiresGrad: boolean;
  /** What `backward` computed. */
  readonly grad: Tensor | null;
  /** Gradients of this number with respect to all that it was made of and that requires one. */
  backward(): void;

  /** The only element. */
  item(): number;
  /** All elements, row by row; at most 8 million. */
  toArray(): Float32Array;
  toString(): string;
}

declare function add(a: Arg, b: Arg): Tensor;
declare function sub(a: Arg, b: Arg): Tensor;
declare function mul(a: Arg, b: Arg): Tensor;
declare function div(a: Arg, b: Arg): Tensor;
declare function pow(a: Arg, b: Arg): Tensor;
declare function maximum(a: Arg, b: Arg): Tensor;
declare function minimum(a: Arg, b: Arg): Tensor;
declare function where(condition: Tensor, yes: Arg, no: Arg): Tensor;
declare function matmul(a: Tensor, b: Tensor): Tensor;

/** A tensor of numbers: nested arrays, or a flat one with its shape. */
declare function tensor(values: NestedNumbers | Float32Array, shape?: readonly number[]): Tensor;
declare function zeros(...sizes: Sizes): Tensor;
declare function ones(...sizes: Sizes): Tensor;
declare function full(sizes: readonly number[], value: number): Tensor;
declare function eye(n: number): Tensor;
/** 0 … end − 1, or from start to below end. */
declare function arange(startOrEnd: number, end?: number, step?: number): Tensor;
/** Standard normal; the same numbers whenever the same cell draws them. */
declare function randn(...sizes: Sizes): Tensor;
/** Uniform in [0, 1). */
declare function rand(...sizes: Sizes): Tensor;
/** 0 … n − 1 in random order. */
declare function randperm(n: number): Tensor;
/** From here to the end of the cell random numbers come from this seed. */
declare function manualSeed(seed: number): void;
declare function cat(tensors: readonly Tensor[], dim?: number): Tensor;
declare function stack(tensors: readonly Tensor[], dim?: number): Tensor;
declare function pad(x: Tensor, pairs: readonly (readonly [number, number])[], value?: number): Tensor;
/** Sums of products by letters: einsum("ik,kj->ij", a, b). */
declare function einsum(formula: string, ...tensors: readonly Tensor[]): Tensor;
/** A data set by its name; pixels from 0 to 1, labels as numbers. */
declare function data(name?: string): {
  readonly xTrain: Tensor;
  readonly yTrain: Tensor;
  readonly xValid: Tensor;
  readonly yValid: Tensor;
};

/** A run that the lab has saved. */
interface SavedRun {
  readonly id: string;
  readonly name: string;
  readonly kind:
    | "notebook"
    | "ladder"
    | "init"
    | "stages"
    | "gradcheck"
    | "training"
    | "lrsearch"
    | "profile"
    | "imported";
  readonly status: "running" | "finished" | "cancelled" | "failed" | "interrupted";
  readonly startedAt: string;
  readonly threads: number;
  readonly rows: number;
  readonly tags: readonly string[];
  /** What it ran with, by name. */
  readonly config: Readonly<Record<string, number | string | boolean | readonly number[]>>;
  /** Its key numbers, by name. */
  readonly summary: Readonly<Record<string, number | string | boolean | readonly number[]>>;
  /** A recorded metric over the steps: run.curve("validation loss"). */
  curve(name: string): { readonly step: Float64Array; readonly value: Float64Array };
}
/** Saved runs that a query finds, the newest first; the query is that of the Runs view. */
declare function runs(query?: string): SavedRun[];

declare function print(...values: unknown[]): void;
/** Named numbers, which a notebook's judge can compare. */
declare function show(values: Readonly<Record<string, unknown>>): void;
type PlotLine = Tensor | readonly number[] | Float32Array | Float64Array;
declare function plot(
  y: PlotLine | Readonly<Record<string, PlotLine>>,
  options?: {
    readonly title?: string;
    readonly x?: PlotLine;
    readonly xLabel?: string;
    readonly yLabel?: string;
    readonly log?: boolean;
  },
): void;
declare function hist(x: Tensor, options?: { readonly bins?: number; readonly title?: string }): void;
/** Grey images: (H, W), (N, H, W), or rows of pixels that are square or `width` wide; at most 64 are shown. */
declare function image(x: Tensor, options?: { readonly width?: number; readonly title?: string }): void;
declare function heat(x: Tensor, options?: { readonly title?: string }): void;

declare function assert(condition: unknown, message?: string): asserts condition;
/** |a − b| ≤ atol + rtol · |b| for every element; rtol 1e-3 and atol 1e-5 unless given. */
declare function assertClose(
  a: Arg,
  b: Arg,
  options?: { readonly rtol?: number; readonly atol?: number },
): void;

interface Timing {
  readonly name: string;
  readonly method: "program" | "clock";
  readonly medianMs: number;
  readonly lowerQuartileMs: number;
  readonly upperQuartileMs: number;
  readonly samplesMs: readonly number[];
  readonly threads: number;
  readonly operations: number;
  readonly recordMs: number;
  /** What the machine did meanwhile that makes the times untrustworthy: other programs, its battery, heat. */
  readonly warnings: readonly string[];
}
/** How long f takes: what it records is run `samples` times after a warm-up. */
declare function time(f: () => unknown, options?: { readonly samples?: number }): Timing;

interface Report {
  readonly passed: boolean;
  readonly loss: number;
  readonly gradients: readonly {
    readonly name: string;
    readonly verdict: string;
    readonly relNorm: number;
  }[];
}
interface LayerCheckOptions {
  /**
   * Coordinates of each tensor at which central differences prove the float64 derivative, drawn by the seed: 3 unless
   * told, at most 1,000,000, or "all". A check makes at most 1,000,000 in all.
   */
  readonly differences?: number | "all";
}
interface CheckOptions extends LayerCheckOptions {
  /** Only the first rows of the tensors in `batch` are taken while f runs, all where there are fewer. */
  readonly rows?: number;
  /** Tensors with equally many rows, as the inputs and their targets: [x, y]. Needs `rows`. */
  readonly batch?: readonly Tensor[];
}
/**
 * Runs f, which computes a loss and sets `.g` by hand, and compares each gradient with the float64 derivative of what f
 * computed; names the mistake and its line where it can.
 */
declare function check(f: () => Tensor, of: Readonly<Record<string, Tensor>>, options?: CheckOptions): Report;
interface Layer {
  forward(...inputs: Tensor[]): Tensor;
  backward(out: Tensor, ...inputs: Tensor[]): void;
}
/**
 * Checks a layer's backward pass with a random gradient coming in, with one row, with some inputs 0, with a gradient of
 * zeros, and with its output used twice.
 */
declare function checkLayer(
  layer: Layer,
  inputs: readonly Tensor[] | Readonly<Record<string, Tensor>>,
  options?: LayerCheckOptions,
): Report;

/** An activation that a notebook has defined: a function of tensors, and a layer for `checkLayer`. */
interface Activation extends Layer {
  (x: Tensor): Tensor;
  forward(x: Tensor): Tensor;
  backward(out: Tensor, x: Tensor): void;
  /** What it does with each element z. */
  readonly formula: string;
  /** What it makes of dy, the gradient of its result; null where that is derived. */
  readonly gradient: string | null;
}
/**
 * Defines an activation under a name that Train, Gradients, Backward and Initialise then offer. The functions work
 * element by element: `backward` gives the gradient of z from that of the result, dy; without it the lab derives it.
 */
declare function activation(
  name: string,
  forward: (z: Tensor) => Tensor,
  backward?: (z: Tensor, dy: Tensor) => Tensor,
): Activation;

/** A loss that a notebook has defined: the mean over all elements. */
interface LossFunction {
  (y: Tensor, t: Tensor): Tensor;
  /** Sets y.g, the gradient of the mean. */
  backward(y: Tensor, t: Tensor): void;
  /** What it makes of one number y that is predicted, and its target t. */
  readonly formula: string;
  /** The slope of that by y; null where it is derived. */
  readonly gradient: string | null;
}
/**
 * Defines a loss under a name that Train, Gradients, Backward and Initialise then offer. The functions work element by
 * element, and the mean is taken by itself: `forward` gives the loss of each number, `backward` its slope by y; without
 * it the lab derives it.
 */
declare function lossFunction(
  name: string,
  forward: (y: Tensor, t: Tensor) => Tensor,
  backward?: (y: Tensor, t: Tensor) => Tensor,
): LossFunction;

/**
 * Defines a layer under a name that Train, Gradients, Backward and Initialise then offer: `make` gives the module for
 * the number of values that come in, made of nn.Linear, nn.ReLU, nn.Tanh, nn.Sigmoid, nn.BatchNorm1d, nn.LayerNorm,
 * nn.Dropout, nn.Residual, nn.Product, nn.Sequential and activations that `activation` has defined. An nn.Residual may hold
 * an nn.Product, whose branches hold no blocks.
 *
 * `backward` goes back through it by hand: `y.g` is there, it sets `x.g` and the `.g` of every parameter of the layer,
 * which is then made of nn.Linear, nn.LayerNorm and activations. Without it the gradients are derived.
 *
 * @returns What makes the layer, to be used here.
 */
declare function ownLayer<M extends nn.Module>(
  name: string,
  make: (features: number) => M,
): (features: number) => M;
declare function ownLayer<M extends nn.Module>(
  name: string,
  make: (features: number) => M,
  backward: (layer: M, x: Tensor, y: Tensor) => void,
): (features: number) => OwnBackwardLayer;
/** A layer with a backward of its own: for `checkLayer`, and for networks that the tape trains. */
interface OwnBackwardLayer extends nn.Module {
  forward(x: Tensor): Tensor;
  /** Sets x.g and the .g of the parameters, from out.g. */
  backward(out: Tensor, x: Tensor): void;
}

/** Runs f without taking down how its results came about. */
declare function noGrad<T>(f: () => T): T;

declare namespace nn {
  /** Something with parameters that computes: define forward, use call. */
  class Module {
    training: boolean;
    forward(...inputs: Tensor[]): Tensor;
    call(...inputs: Tensor[]): Tensor;
    children(): Module[];
    parameters(): Tensor[];
    train(on?: boolean): this;
    eval(): this;
    zeroGrad(): void;
  }
  /** y = x Wᵀ + b; W is (out, in), drawn as torch does. */
  class Linear extends Module {
    constructor(inFeatures: number, outFeatures: number);
    weight: Tensor;
    bias: Tensor;
  }
  class ReLU extends Module {}
  class Tanh extends Module {}
  class Sigmoid extends Module {}
  /** A module, or a function of a tensor, as an activation of one's own is. */
  type Step = Module | ((x: Tensor) => Tensor);
  class Sequential extends Module {
    constructor(...layers: Step[]);
    layers: Step[];
  }
  /** x + body(x). */
  class Residual extends Module {
    constructor(body: Step);
    readonly body: Step;
  }
  /** left(x) · right(x), element by element; `new nn.Sequential()` as a branch is x itself. */
  class Product extends Module {
    constructor(left: Step, right: Step);
    readonly left: Step;
    readonly right: Step;
  }
  /** While it trains, an element is 0 with probability `rate` (0.5 without), else 1 / (1 − rate) times itself. */
  class Dropout extends Module {
    constructor(rate?: number);
    readonly rate: number;
  }
  /** (x − mean) / √(variance + eps) · weight + bias, row by row. */
  class LayerNorm extends Module {
    constructor(features: number, options?: { readonly eps?: number });
    weight: Tensor;
    bias: Tensor;
    readonly eps: number;
  }
  /** (x − mean) / √(variance + eps) · weight + bias, column by column. */
  class BatchNorm1d extends Module {
    constructor(features: number, options?: { readonly eps?: number; readonly momentum?: number });
    weight: Tensor;
    bias: Tensor;
    runningMean: Tensor;
    runningVariance: Tensor;
    readonly eps: number;
    readonly momentum: number;
  }
  namespace init {
    interface Kaiming {
      /** Of a weight (out, in), as nn.Linear has it. */
      readonly mode?: "fanIn" | "fanOut";
      readonly a?: number;
    }
    function kaimingNormal_(w: Tensor, options?: Kaiming): Tensor;
    function kaimingUniform_(w: Tensor, options?: Kaiming): Tensor;
    function xavierNormal_(w: Tensor): Tensor;
    function xavierUniform_(w: Tensor): Tensor;
    function normal_(w: Tensor, mean?: number, std?: number): Tensor;
    function uniform_(w: Tensor, from?: number, to?: number): Tensor;
    function zeros_(w: Tensor): Tensor;
    function ones_(w: Tensor): Tensor;
  }
}

declare namespace optim {
  class SGD {
    constructor(
      parameters: readonly Tensor[],
      options: {
        readonly lr: number;
        readonly momentum?: number;
        readonly nesterov?: boolean;
        readonly weightDecay?: number;
      },
    );
    readonly parameters: readonly Tensor[];
    lr: number;
    readonly momentum: number;
    readonly nesterov: boolean;
    readonly weightDecay: number;
    step(): void;
    zeroGrad(): void;
  }
  class Adam {
    constructor(
      parameters: readonly Tensor[],
      options?: {
        readonly lr?: number;
        readonly betas?: readonly [number, number];
        readonly eps?: number;
        readonly weightDecay?: number;
      },
    );
    readonly parameters: readonly Tensor[];
    lr: number;
    readonly betas: readonly [number, number];
    readonly eps: number;
    readonly weightDecay: number;
    step(): void;
    zeroGrad(): void;
  }
}
