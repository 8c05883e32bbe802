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
    formula: `${symbol(out.name)} = f(${symbol(x.name)})`,
    sentence: `Every value goes through ${activation.kind} by itself.`,
  }),
  activateBackward: ({ x, dy, dx, activation }) => ({
    title: `${dx.name}: back through ${activation.kind}`,
    formula: `${symbol(dx.name)} = f'(${symbol(x.name)})\\cdot ${symbol(dy.name)}`,
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
  crossEntropy: ({ logits }) => ({
    title: "cross entropy",
    formula: String.raw`L = -\frac1N\sum_n \log \operatorname{softmax}(${symbol(logits.name)})_{n,\,y_n}`,
    sentence: "The loss of a row is small where the right class gets a large share of the softmax.",
  }),
  crossEntropyBackward: ({ logits, dlogits }) => ({
    title: `${dlogits.name}: where the backward pass begins`,
    formula: String.raw`${symbol(dlogits.name)} = \frac1N\bigl(\operatorname{softmax}(${symbol(logits.name)}) - \text{onehot}(y)\bigr)`,
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
