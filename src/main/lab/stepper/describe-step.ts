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

/** "x.g" as KaTeX: the gradient of the loss by x. */
function symbol(name: string): string {
  const text = name.replace(/[\\{}_^%#&~$]/g, " ");
  return text.endsWith(".g")
    ? String.raw`\frac{\partial L}{\partial\,\text{${text.slice(0, -2)}}}`
    : String.raw`\text{${text}}`;
}

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
    return {
      title: `${a.name} times ${b.name}`,
      formula,
      sentence: "Every output is the sum of all inputs of its row, each times its weight.",
    };
  },
  addBias: ({ bias, out }) => ({
    title: `${bias.name} added`,
    formula: `${symbol(out.name)} \\leftarrow ${symbol(out.name)} + ${symbol(bias.name)}`,
    sentence:
      "Each output gets its bias, the same in every row. The product is written over: nobody needs it.",
  }),
  relu: ({ x, out, shift }) => ({
    title: shift === 0 ? "relu" : `relu − ${shift}`,
    formula: `${symbol(out.name)} = \\max(${symbol(x.name)}, 0)${shift === 0 ? "" : ` - ${shift}`}`,
    sentence:
      "What is below 0 becomes 0; the rest stays. Without such a bend, two layers are no more than one.",
  }),
  reluBackward: ({ x, dx }) => ({
    title: `${dx.name}: back through the relu`,
    formula: `${symbol(dx.name)} = [\\,${symbol(x.name)} > 0\\,]\\cdot \\text{gradient}`,
    sentence: "Where the relu let its input pass, the gradient passes; where it gave 0, nothing does.",
  }),
  activate: ({ x, out, activation }) => ({
    title: activation.kind,
    formula: `${symbol(out.name)} = f(${symbol(x.name)})`,
    sentence: `Every value goes through ${activation.kind} by itself.`,
  }),
  activateBackward: ({ x, dx, activation }) => ({
    title: `${dx.name}: back through ${activation.kind}`,
    formula: `${symbol(dx.name)} = f'(${symbol(x.name)})\\cdot \\text{gradient}`,
    sentence: "The chain rule for a function of one number: the gradient times the slope at the input.",
  }),
  columnSum: ({ out }) => ({
    title: `${out.name}: the bias's gradient`,
    formula: `${symbol(out.name)} = \\sum_n \\text{gradient}_n`,
    sentence: "A bias is added in every row, so its gradient is the sum over all rows.",
  }),
  mse: () => ({
    title: "mean squared error",
    formula: String.raw`L = \frac1N\sum_n (\text{pred}_n - y_n)^2`,
    sentence: "One number says how wrong all predictions are: the mean of their squared errors.",
  }),
  mseBackward: ({ dpred }) => ({
    title: `${dpred.name}: where the backward pass begins`,
    formula: String.raw`\frac{\partial L}{\partial\,\text{pred}_n} = \frac{2}{N}(\text{pred}_n - y_n)`,
    sentence:
      "A prediction that is too large has a positive gradient: making it smaller makes the loss smaller.",
  }),
  crossEntropy: () => ({
    title: "cross entropy",
    formula: String.raw`L = -\frac1N\sum_n \log \operatorname{softmax}(z_n)_{y_n}`,
    sentence: "The loss of a row is small where the right class gets a large share of the softmax.",
  }),
  crossEntropyBackward: ({ dlogits }) => ({
    title: `${dlogits.name}: where the backward pass begins`,
    formula: String.raw`\frac{\partial L}{\partial z_n} = \frac1N\bigl(\operatorname{softmax}(z_n) - \text{onehot}(y_n)\bigr)`,
    sentence: "Every class is pushed down by its share, the right one up by what it lacks.",
  }),
  add: ({ out }) => ({
    title: `${out.name}: two gradients added`,
    formula: `${symbol(out.name)} = a + b`,
    sentence: "What is used twice gets the sum of both gradients.",
  }),
};

/** Words for an op; its name where a program holds one that a network does not use. */
export function describeStep(op: Op<Tensor>): StepWords {
  // The words' parameter is the very op they are looked up by; TypeScript cannot follow that correlation.
  const words = WORDS[op.op] as ((op: Op<Tensor>) => StepWords) | undefined;
  return words?.(op) ?? { title: op.op, formula: "", sentence: "" };
}
