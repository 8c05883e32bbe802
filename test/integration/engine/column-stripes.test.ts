import { afterAll, beforeAll, expect, it } from "vitest";
import { RecordingOps, type Program, type Tensor } from "../../../src/core/ops/recording-ops.ts";
import type { Engine } from "../../../src/main/engine/engine.ts";
import { planSections } from "../../../src/main/engine/plan.ts";
import { viewOf } from "../../../src/shared/engine/tensor-view.ts";
import { startEngine } from "./start-engine.ts";

type Shape = readonly [rows: number, depth: number, columns: number];

/** Few rows, with last stripes that are whole, narrow, and a single column wide. */
const SHAPES: readonly Shape[] = [
  [1, 2_000, 1_000],
  [1, 9_000, 131],
  [2, 300, 1_025],
  [5, 1_000, 300],
  [7, 1_313, 144],
  [15, 600, 259],
  [16, 784, 128],
];
const THREADS = [1, 2, 3, 4, 8];
const SHIFT = 0.5;
const BEFORE = 3;

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine(Math.max(...THREADS));
});
afterAll(async () => {
  await engine.close();
});

interface Recorded {
  readonly program: Program;
  readonly inputs: Readonly<Record<"a" | "b" | "turned" | "bias", Tensor>>;
  /** plain, B transposed, added to what was there, with bias, its relu */
  readonly outputs: readonly [Tensor, Tensor, Tensor, Tensor, Tensor];
}

/** Every way in which a product with few rows is computed, each into an output of its own. */
function record(ops: RecordingOps, [rows, depth, columns]: Shape): Recorded {
  const a = ops.tensor("a", [rows, depth]);
  const b = ops.tensor("b", [depth, columns]);
  const turned = ops.tensor("turned", [columns, depth]);
  const bias = ops.tensor("bias", [columns]);
  const out = (name: string): Tensor => ops.tensor(name, [rows, columns]);
  const outputs = [out("plain"), out("transposed"), out("sums"), out("z"), out("relu")] as const;
  const [plain, transposed, sums, z, relu] = outputs;
  const product = { op: "matmul", transposeA: false } as const;
  ops.run({ ...product, a, b, out: plain, transposeB: false, accumulate: false });
  ops.run({ ...product, a, b: turned, out: transposed, transposeB: true, accumulate: false });
  ops.run({ ...product, a, b, out: sums, transposeB: false, accumulate: true });
  ops.run({ ...product, a, b, out: z, transposeB: false, accumulate: false });
  ops.run({ op: "addBias", x: z, bias, out: z });
  ops.run({ op: "relu", x: z, out: relu, shift: SHIFT });
  return { program: ops.program(), inputs: { a, b, turned, bias }, outputs };
}

const floats = (tensor: Tensor): Float32Array => viewOf(engine.arena.memory, tensor, "float32");

/** The largest difference between each output and a plain float64 loop. */
function differences({ inputs, outputs }: Recorded, [rows, depth, columns]: Shape): number[] {
  const [a, b, bias] = [floats(inputs.a), floats(inputs.b), floats(inputs.bias)];
  const [plain, transposed, sums, z, relu] = outputs.map(floats);
  const worst = [0, 0, 0, 0, 0];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < depth; k++) sum += a[i * depth + k] * b[k * columns + j];
      const at = i * columns + j;
      const expected = [sum, sum, BEFORE + sum, sum + bias[j], Math.max(z[at], 0) - SHIFT];
      for (const [way, values] of [plain, transposed, sums, z, relu].entries()) {
        const difference = Math.abs(values[at] - expected[way]);
        if (!(difference <= worst[way])) worst[way] = difference;
      }
    }
  }
  return worst;
}

it.each(SHAPES)(
  "%i×%i×%i by stripes: right, and the same bits for any number of threads",
  async (...shape) => {
    const scope = engine.arena.scope();
    const recorded = record(new RecordingOps((name, size, dtype) => scope.tensor(name, size, dtype)), shape);
    const { a, b, turned, bias } = recorded.inputs;
    for (const [seed, tensor] of [a, b, bias].entries()) {
      floats(tensor).forEach((_, i, values) => (values[i] = Math.sin(12.9898 * i + seed)));
    }
    const [, depth, columns] = shape;
    floats(turned).forEach((_, i, values) => {
      values[i] = floats(b)[(i % depth) * columns + Math.floor(i / depth)]!;
    });
    const section = { program: recorded.program, repeats: 1 };
    let alone: Buffer | null = null;
    for (const threads of THREADS) {
      const { groups } = planSections([section], threads, () => 0).sections[0];
      // Even a single row is shared.
      const products = groups.filter(({ steps }) => steps[0].op.op !== "relu");
      expect(Math.max(...products.map((group) => group.threads))).toBeGreaterThanOrEqual(
        Math.min(threads, 2),
      );
      for (const output of recorded.outputs) floats(output).fill(BEFORE);
      await engine.run([section], { threads });
      for (const worst of differences(recorded, shape)) expect(worst).toBeLessThan(1e-6 * depth);
      const bits = Buffer.concat(recorded.outputs.map((one) => Buffer.from(floats(one).slice().buffer)));
      alone ??= bits;
      expect(bits.equals(alone), `${threads} threads`).toBe(true);
    }
    scope.release();
  },
);
