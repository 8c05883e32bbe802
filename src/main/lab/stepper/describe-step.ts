import type { BuiltInActivation, SimpleActivation } from "../../../core/ops/activation.ts";
import type { Op, OpName } from "../../../core/ops/op.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";

/** What a step is, in words for a second-year student, and in a formula. */
export interface StepWords {
  readonly title: string;
  /** KaTeX. */
  readonly formula: string;
  readonly sentence: string;
}

type Words = { readonly [K in OpName]?: (op: Extract<Op<Tensor>, { op: K }>) => StepWords };

/** z1 as KaTeX, z with a small 1; dz1 as the gradient of the loss by z1; "a1 @ w2" as a product. */
function symbol(name: string): string {
  if (name.includes(" @ "))
    return name
      .split(" @ ")
      .map(symbol)
      .join(String.raw`\,`);
  const [, gradient = "", letter = name, index = ""] = /^(d?)([A-Za-z])(\d*)$/.exec(name) ?? [];
  const text = letter.length === 1 ? letter : String.raw`\text{${letter.replace(/[\\{}_^%#&~$]/g, " ")}}`;
  const indexed = index === "" ? text : `${text}_{${index}}`;
  return gradient === "" ? indexed : String.raw`\frac{\partial L}{\partial ${indexed}}`;
}

/** An element of a tensor: x with its indices, (w1) with them behind, for it has an index of its own. */
const element = (name: string, indices: string): string => {
  const tensor = symbol(name);
  return tensor.length === 1 ? `${tensor}_{${indices}}` : `(${tensor})_{${indices}}`;
};

/** f(z) and f'(z) in KaTeX. */
interface ActivationFormulas {
  readonly value: (z: string) => string;
  readonly slope: (z: string) => string;
}

const FORMULAS: Readonly<Record<SimpleActivation, ActivationFormulas>> = {
  tanh: { value: (z) => `\\tanh ${z}`, slope: (z) => `(1 - \\tanh^2 ${z})` },
  sigmoid: {
    value: (z) => `\\sigma(${z}) = \\frac{1}{1 + e^{-${z}}}`,
    slope: (z) => `\\sigma(${z})\\,(1 - \\sigma(${z}))`,
  },
  gelu: { value: (z) => `${z}\\,\\Phi(${z})`, slope: (z) => `(\\Phi(${z}) + ${z}\\,\\varphi(${z}))` },
  softplus: { value: (z) => `\\log(1 + e^{${z}})`, slope: (z) => `\\frac{1}{1 + e^{-${z}}}` },
};

function formulasOf(activation: BuiltInActivation): ActivationFormulas {
  if (activation.kind !== "leakyRelu") return FORMULAS[activation.kind];
  const { slope } = activation;
  return {
    value: (z) => `\\max(${z}, 0) + ${slope} \\min(${z}, 0)`,
    slope: (z) => `([\\,${z} > 0\\,] + ${slope}\\,[\\,${z} \\le 0\\,])`,
  };
}

/** The distribution that a cross entropy wants, one class or with label smoothing a little of each, and what that is. */
const wantedClasses = (smoothing: number): { readonly wanted: string; readonly where: string } =>
  smoothing === 0
    ? { wanted: String.raw`\text{onehot}(y)`, where: "" }
    : {
        wanted: "t",
        where: String.raw`,\quad t = (1 - ${smoothing})\,\text{onehot}(y) + \tfrac{${smoothing}}{C}`,
      };

const normWords = (out: string, x: string, what: "row" | "column"): StepWords => ({
  title: `${x} normalised`,
  formula: String.raw`${symbol(out)} = \frac{${symbol(x)} - \mu}{\sqrt{\sigma^2 + \varepsilon}}`,
  sentence: `Each ${what} gets mean 0 and standard deviation 1.`,
});
const backNormWords = (dx: string): StepWords => ({
  title: `${dx}: back through the norm`,
  formula: String.raw`${symbol(dx)} = \frac{1}{\sqrt{\sigma^2 + \varepsilon}}\bigl(dy - \overline{dy} - \hat x\,\overline{dy\,\hat x}\bigr)`,
  sentence: "Mean and variance depend on every value too: their share of the gradient is taken off.",
});

const WORDS: Words = {
  matmul: ({ a, b, out, transposeA, transposeB }) => {
    const product = `${symbol(a.name)}${transposeA ? "^{T}" : ""}\\,${symbol(b.name)}${transposeB ? "^{T}" : ""}`;
    const formula = `${symbol(out.name)} = ${product}`;
    if (transposeA) {
      return {
        title: `${out.name}: the weights' gradient`,
        formula,
        sentence:
          "Each weight's gradient is the sum over all rows of its input times the gradient of its output: one product of the transposed input with the gradient.",
      };
    }
    if (transposeB) {
      return {
        title: `${out.name}: the gradient of the layer's input`,
        formula,
        sentence:
          "An input reaches every output through a row of weights; its gradient gathers the outputs' gradients back through the same row: a product with the transposed weights.",
      };
    }
    // A product without a name of its own: what its elements are.
    const elements = `(${product})_{nj} = \\sum_i ${element(a.name, "ni")}\\,${element(b.name, "ij")}`;
    return {
      title: `${a.name} times ${b.name}`,
      formula: symbol(out.name) === product ? elements : formula,
      sentence: "Every output is the sum of all inputs of its row, each times its weight.",
    };
  },
  addBias: ({ x, bias, out }) => ({
    title: `${bias.name} added: ${out.name}`,
    formula: `${symbol(out.name)} = ${symbol(x.name)} + ${symbol(bias.name)}`,
    sentence:
      "Each output gets its bias, the same in every row. The product is written over: nobody needs it.",
  }),
  relu: ({ x, out, shift }) => ({
    title: `${shift === 0 ? "relu" : `relu − ${shift}`}: ${out.name}`,
    formula: `${symbol(out.name)} = \\max(${symbol(x.name)}, 0)${shift === 0 ? "" : ` - ${shift}`}`,
    sentence:
      "What is below 0 becomes 0; the rest stays. Without such a bend, two layers are no more than one.",
  }),
  reluBackward: ({ x, dy, dx }) => ({
    title: `${dx.name}: back through the relu`,
    formula: `${symbol(dx.name)} = [\\,${symbol(x.name)} > 0\\,]\\cdot ${symbol(dy.name)}`,
    sentence: "Where the relu let its input pass, the gradient passes; where it gave 0, nothing does.",
  }),
  activate: ({ x, out, activation }) => ({
    title: `${activation.kind}: ${out.name}`,
    formula: `${symbol(out.name)} = ${formulasOf(activation).value(symbol(x.name))}`,
    sentence: `Every value goes through ${activation.kind} by itself.`,
  }),
  activateBackward: ({ x, dy, dx, activation }) => ({
    title: `${dx.name}: back through ${activation.kind}`,
    formula: `${symbol(dx.name)} = ${formulasOf(activation).slope(symbol(x.name))}\\cdot ${symbol(dy.name)}`,
    sentence: "The chain rule for a function of one number: the gradient times the slope at the input.",
  }),
  columnSum: ({ x, out }) => ({
    title: `${out.name}: the bias's gradient`,
    formula: `${symbol(out.name)} = \\sum_n \\left(${symbol(x.name)}\\right)_n`,
    sentence: "A bias is added in every row, so its gradient is the sum over all rows.",
  }),
  mse: ({ pred }) => ({
    title: "mean squared error",
    formula: String.raw`L = \operatorname{mean}\bigl((${symbol(pred.name)} - y)^2\bigr)`,
    sentence: "One number says how wrong all predictions are: the mean of their squared errors.",
  }),
  mseBackward: ({ pred, dpred }) => ({
    title: `${dpred.name}: where the backward pass begins`,
    formula: String.raw`${symbol(dpred.name)} = \frac{2}{N}(${symbol(pred.name)} - y)`,
    sentence:
      "A prediction that is too large has a positive gradient: making it smaller makes the loss smaller.",
  }),
  crossEntropy: ({ logits, smoothing }) => ({
    title: "cross entropy",
    formula:
      smoothing === 0
        ? String.raw`L = -\frac1N\sum_n \log \operatorname{softmax}(${symbol(logits.name)})_{n,\,y_n}`
        : String.raw`L = -\frac1N\sum_{n,c} t_{nc} \log \operatorname{softmax}(${symbol(logits.name)})_{nc}${wantedClasses(smoothing).where}`,
    sentence: "The loss of a row is small where the right class gets a large share of the softmax.",
  }),
  crossEntropyBackward: ({ logits, dlogits, smoothing }) => {
    const { wanted, where } = wantedClasses(smoothing);
    return {
      title: `${dlogits.name}: where the backward pass begins`,
      formula: String.raw`${symbol(dlogits.name)} = \frac1N\bigl(\operatorname{softmax}(${symbol(logits.name)}) - ${wanted}\bigr)${where}`,
      sentence: "Every class is pushed down by its share, the right one up by what it lacks.",
    };
  },
  dropout: ({ x, out, rate }) => ({
    title: `dropout: ${out.name}`,
    formula: String.raw`${symbol(out.name)} = \frac{${symbol(x.name)} \cdot \text{mask}}{1 - ${rate}}`,
    sentence:
      "Each value is kept or set to 0 by a mask that depends on seed, step and place; the backward pass takes the same mask.",
  }),
  columnMoments: ({ x }) => ({
    title: `moments of ${x.name}`,
    formula: String.raw`\mu,\ \sum_n (x_n - \mu)^2`,
    sentence: "A batch norm looks at all rows: mean and spread of every column.",
  }),
  meanVariance: () => ({
    title: "mean and variance of the batch",
    formula: String.raw`\mu,\ \sigma^2`,
    sentence: "The sum of squares divided by the number of rows is the batch's variance.",
  }),
  track: () => ({
    title: "running averages follow",
    formula: "",
    sentence: "When the network is evaluated later, these stand in for the batch's mean and variance.",
  }),
  normalizeColumns: ({ x, out }) => normWords(out.name, x.name, "column"),
  normalizeRows: ({ x, out }) => normWords(out.name, x.name, "row"),
  scaleColumns: ({ x, gain, out }) => ({
    title: `times ${gain.name}`,
    formula: `${symbol(out.name)} = ${symbol(x.name)} \\cdot ${symbol(gain.name)}`,
    sentence: "Every feature gets a gain of its own, which is learned.",
  }),
  columnProducts: ({ a, b, out }) => ({
    title: `${out.name}: the gain's gradient`,
    formula: String.raw`${symbol(out.name)} = \sum_n \left(${symbol(a.name)}\cdot ${symbol(b.name)}\right)_n`,
    sentence: "A gain multiplies the normalised value of every row, so its gradient sums their products.",
  }),
  normalizeColumnsBackward: ({ dx }) => backNormWords(dx.name),
  normalizeRowsBackward: ({ dx }) => backNormWords(dx.name),
  l1: ({ pred }) => ({
    title: "mean absolute error",
    formula: String.raw`L = \operatorname{mean}|${symbol(pred.name)} - y|`,
    sentence: "One number says how wrong all predictions are: the mean size of their errors.",
  }),
  huber: ({ pred, delta }) => ({
    title: "Huber loss",
    formula: String.raw`L = \operatorname{mean} H_{${delta}}(${symbol(pred.name)} - y)`,
    sentence: "Small errors count by their square, large ones by their size, so that outliers do not rule.",
  }),
  l1Backward: ({ pred, dpred }) => ({
    title: `${dpred.name}: where the backward pass begins`,
    formula: String.raw`${symbol(dpred.name)} = \frac1N \operatorname{sign}(${symbol(pred.name)} - y)`,
    sentence: "Every error pulls alike, whatever its size.",
  }),
  huberBackward: ({ pred, dpred, delta }) => ({
    title: `${dpred.name}: where the backward pass begins`,
    formula: String.raw`${symbol(dpred.name)} = \frac1N \operatorname{clip}(${symbol(pred.name)} - y, \pm${delta})`,
    sentence: "An error pulls by its size, but never more than delta.",
  }),
  binaryCrossEntropy: ({ positiveWeight }) => ({
    title: "binary cross entropy",
    formula: String.raw`L = \operatorname{mean}\bigl(-${positiveWeight === null ? "" : "q\\,"}y \log\sigma(x) - (1 - y)\log\sigma(-x)\bigr)`,
    sentence: "Each output is the logit of a yes or no; the loss is small where its probability is right.",
  }),
  binaryCrossEntropyBackward: ({ logits, dlogits, positiveWeight }) => {
    const [x, gradient] = [symbol(logits.name), symbol(dlogits.name)];
    return {
      title: `${dlogits.name}: where the backward pass begins`,
      formula:
        positiveWeight === null
          ? String.raw`${gradient} = \frac1N(\sigma(${x}) - y)`
          : String.raw`${gradient} = \frac1N\bigl((1 - y)\,\sigma(${x}) - q\,y\,\sigma(-${x})\bigr)`,
      sentence:
        positiveWeight === null
          ? "The gradient is the probability less what it should be."
          : "The gradient is the probability less what it should be; what is a yes counts q times.",
    };
  },
  weightedCrossEntropyBackward: ({ dlogits }) => ({
    title: `${dlogits.name}: where the backward pass begins`,
    formula: String.raw`${symbol(dlogits.name)} = \frac{1}{\sum w}\bigl(\operatorname{softmax}\cdot\textstyle\sum t - t\bigr)`,
    sentence: "As in the cross entropy, each row counting by the weight of its class.",
  }),
  map: ({ inputs, steps, out }) => {
    const last = steps.at(-1);
    const multiplies = inputs.length === 2 && steps.length === 3 && last !== undefined && "fn" in last;
    if (!multiplies || last.fn !== "mul") {
      return {
        title: `${out.name}: element by element`,
        formula: "",
        sentence: "Each number comes from the numbers at its place, by one formula for all.",
      };
    }
    return {
      title: `${out.name}: multiplied element by element`,
      formula: `${symbol(out.name)} = ${inputs.map(({ tensor }) => symbol(tensor.name)).join(" \\odot ")}`,
      sentence:
        "Numbers at the same place are multiplied. Going back, each branch of a product gets the gradient of the product times the other branch.",
    };
  },
  linear: ({ x, w, bias, out, transposeW }) => ({
    title: `${out.name}: ${x.name} through the layer again`,
    formula: `${symbol(out.name)} = ${symbol(x.name)}\\,${symbol(w.name)}${transposeW ? "^{T}" : ""} + ${symbol(bias.name)}`,
    sentence: "A backward of one's own computes what it needs of the forward pass anew.",
  }),
  reduce: ({ out }) => ({
    title: `${out.name}: summed up`,
    formula: "",
    sentence: "Numbers along an axis become one: a sum, a mean, or the largest.",
  }),
  add: ({ a, b, out }) => ({
    title: `${out.name}: ${a.name} and ${b.name} added`,
    formula: `${symbol(out.name)} = ${symbol(a.name)} + ${symbol(b.name)}`,
    sentence:
      "A block's output has its input added. What is used twice gets, going back, the sum of both gradients.",
  }),
};

/** Words for an op; its name where a program holds one that a network does not use. */
export function describeStep(op: Op<Tensor>): StepWords {
  // The words' parameter is the very op they are looked up by; TypeScript cannot follow that correlation.
  const words = WORDS[op.op] as ((op: Op<Tensor>) => StepWords) | undefined;
  return words?.(op) ?? { title: op.op, formula: "", sentence: "" };
}
