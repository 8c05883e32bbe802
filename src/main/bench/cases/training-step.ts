import {
  addBiasInPlace,
  columnSum,
  crossEntropy,
  crossEntropyBackward,
  matmul,
  relu,
  reluBackward,
} from "../../../core/ops/functional.ts";
import type { Ops, TensorLike } from "../../../core/ops/op.ts";
import { ReferenceOps } from "../../../core/ops/reference-ops.ts";
import type { ReferenceTensor } from "../../../core/ops/reference-tensor.ts";
import { BYTE_VALUES } from "../../../core/ops/op.ts";
import { permutation } from "../../../core/random/permutation.ts";
import { randomStream } from "../../../core/random/random-stream.ts";
import { byteAffine, byteValues } from "../../lab/compute/byte-values.ts";
import type { BenchCase, CaseInput, ExpectedElement, PreparedCase } from "./bench-case.ts";
import { randomValues } from "./random-values.ts";

const [ROWS, FEATURES, CLASSES] = [50_000, 784, 10];
const LEARNING_RATE = 0.1;
/** Steps after which losses and parameters are compared: enough for a wrong gradient to show. */
const VERIFICATION_STEPS = 5;

/** Of pixels around 128, as random as the floats that peers get. */
const BYTE_SCALING = { divisor: BYTE_VALUES, offset: 0.5, scale: 4 };

interface StepShape {
  readonly name: string;
  readonly batchSize: number;
  /** Units of each layer, the inputs' first. */
  readonly sizes: readonly number[];
}

/** Inputs and outputs of each layer, numbered from 1. */
const layersOf = ({ sizes }: StepShape): { number: number; fanIn: number; fanOut: number }[] =>
  sizes.slice(1).map((fanOut, index) => ({ number: index + 1, fanIn: sizes[index] ?? NaN, fanOut }));

/** The shuffled set's next rows: x (batchSize, features) and their class numbers (batchSize,). */
function gatherBatch<T extends TensorLike>(
  ops: Ops<T>,
  input: (name: string) => T,
  batchSize: number,
): { x: T; target: T } {
  const [x, target] = [ops.tensor("batch x", [batchSize, FEATURES]), ops.tensor("batch y", [batchSize])];
  const [bytes, values] = [input("bytes"), input("values")];
  ops.run({
    op: "gatherBytes",
    bytes,
    values,
    indices: input("indices"),
    out: x,
    affine: byteAffine(BYTE_SCALING),
  });
  ops.run({ op: "gatherRows", x: input("y"), indices: input("indices"), out: target });
  return { x, target };
}

/** What a layer's forward pass leaves for the backward pass: z = x w + b. */
interface LayerPass<T> {
  readonly x: T;
  readonly z: T;
  readonly w: T;
  readonly b: T;
}

/** Forward through relu layers. @returns each layer's pass; the last one's z are the logits. */
function forward<T extends TensorLike>(
  ops: Ops<T>,
  input: (name: string) => T,
  x: T,
  shape: StepShape,
): readonly LayerPass<T>[] {
  const passes: LayerPass<T>[] = [];
  for (const { number } of layersOf(shape)) {
    const before = passes.at(-1);
    const layerInput = before === undefined ? x : relu(ops, before.z, { shift: 0 });
    const [w, b] = [input(`w${number}`), input(`b${number}`)];
    const z = addBiasInPlace(ops, matmul(ops, layerInput, w, { name: `z${number}` }), b);
    passes.push({ x: layerInput, z, w, b });
  }
  return passes;
}

/** Backward and update, the last layer first. The rows' own gradient is nobody's: it is not computed. */
function backward<T extends TensorLike>(
  ops: Ops<T>,
  passes: readonly LayerPass<T>[],
  dlogits: T,
  lr: T,
): void {
  let dz = dlogits;
  for (const [index, { x, w, b }] of [...passes.entries()].toReversed()) {
    const [dw, db] = [matmul(ops, x, dz, { transposeA: true, name: `${w.name}.g` }), columnSum(ops, dz)];
    const below = passes[index - 1];
    if (below !== undefined) {
      dz = reluBackward(ops, below.z, matmul(ops, dz, w, { transposeB: true, name: `${x.name}.g` }));
    }
    ops.run({ op: "sgd", param: w, grad: dw, lr });
    ops.run({ op: "sgd", param: b, grad: db, lr });
  }
}

/** One step of SGD on the mean cross entropy. @returns the loss before the step, and all parameters. */
function recordStep<T extends TensorLike>(
  ops: Ops<T>,
  input: (name: string) => T,
  shape: StepShape,
): Readonly<Record<string, T>> {
  const { x, target } = gatherBatch(ops, input, shape.batchSize);
  const passes = forward(ops, input, x, shape);
  const logits = passes.at(-1)?.z ?? x;
  const loss = crossEntropy(ops, logits, target);
  const dlogits = crossEntropyBackward(ops, logits, target);
  backward(ops, passes, dlogits, input("lr"));
  const parameters = passes.flatMap(({ w, b }) => [w, b]);
  return { loss, ...Object.fromEntries(parameters.map((tensor): [string, T] => [tensor.name, tensor])) };
}

function inputsOf(shape: StepShape): CaseInput[] {
  const parameters = layersOf(shape).flatMap(({ number, fanIn, fanOut }): CaseInput[] => [
    {
      name: `w${number}`,
      shape: [fanIn, fanOut],
      dtype: "float32",
      values: randomValues(10 + number, fanIn * fanOut, Math.sqrt(2 / fanIn)),
    },
    { name: `b${number}`, shape: [fanOut], dtype: "float32", values: randomValues(20 + number, fanOut, 0.1) },
  ]);
  // Pixels are bytes: the app's trainings keep them so and normalise them while they gather.
  const bytes = Uint8Array.from(
    new Uint8ClampedArray(randomValues(1, ROWS * FEATURES, 64).map((value) => value + 128)),
  );
  const values = byteValues(BYTE_SCALING);
  const labels = randomValues(2, ROWS).map((value) => Math.floor(Math.abs(1000 * value)) % CLASSES);
  return [
    {
      name: "x",
      shape: [ROWS, FEATURES],
      dtype: "float32",
      values: Float32Array.from(bytes, (byte) => values[byte] ?? NaN),
      only: "peers",
    },
    { name: "bytes", shape: [ROWS, FEATURES], dtype: "uint8", values: bytes, only: "us" },
    { name: "values", shape: [BYTE_VALUES], dtype: "float32", values, only: "us" },
    { name: "y", shape: [ROWS], dtype: "float32", values: labels },
    { name: "indices", shape: [ROWS], dtype: "int32", values: permutation(randomStream(3), ROWS) },
    { name: "lr", shape: [1], dtype: "float32", values: Float32Array.of(LEARNING_RATE) },
    ...parameters,
  ];
}

/** The same steps by the float64 reference, every element of what they leave. */
function expectedElements(inputs: readonly CaseInput[], shape: StepShape): ExpectedElement[] {
  const ops = new ReferenceOps();
  const tensors = new Map<string, ReferenceTensor>();
  for (const { name, shape: sizes, values, dtype } of inputs) {
    tensors.set(name, ops.from(name, sizes, values, dtype));
  }
  const input = (name: string): ReferenceTensor => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new TypeError(`${shape.name}: the case has no input "${name}"`);
    return tensor;
  };
  let outputs: Readonly<Record<string, ReferenceTensor>> = {};
  for (ops.step = 0; ops.step < VERIFICATION_STEPS; ops.step++) outputs = recordStep(ops, input, shape);
  return Object.entries(outputs).flatMap(([output, { data }]) =>
    Array.from(data, (value, index) => ({ output, index, value })),
  );
}

function prepare(shape: StepShape): PreparedCase {
  const inputs = inputsOf(shape);
  return {
    inputs,
    recipe: { kind: "training-step", batchSize: shape.batchSize, lr: LEARNING_RATE },
    verificationCalls: VERIFICATION_STEPS,
    record: (ops, input) => recordStep(ops, input, shape),
    expected: () => expectedElements(inputs, shape),
  };
}

function stepCase(shape: StepShape): BenchCase {
  const [k = NaN, n = NaN] = shape.sizes;
  // Forward and dW for every layer, dX for all but the first.
  const macs = layersOf(shape).map(({ fanIn, fanOut }, index) => (index === 0 ? 2 : 3) * fanIn * fanOut);
  return {
    name: shape.name,
    m: shape.batchSize,
    k,
    n,
    flops: 2 * shape.batchSize * macs.reduce((sum, count) => sum + count, 0),
    maxCalls: Math.floor(ROWS / shape.batchSize),
    stepwise: true,
    prepare: () => prepare(shape),
  };
}

const SMALL = [FEATURES, 50, CLASSES];
const LARGE = [FEATURES, 256, 128, CLASSES];

/** Training steps of a small and a large network with small and large batches. */
export const TRAINING_STEP_CASES: readonly BenchCase[] = [
  stepCase({ name: "step-64-small", batchSize: 64, sizes: SMALL }),
  stepCase({ name: "step-512-small", batchSize: 512, sizes: SMALL }),
  stepCase({ name: "step-64-large", batchSize: 64, sizes: LARGE }),
  stepCase({ name: "step-512-large", batchSize: 512, sizes: LARGE }),
];
