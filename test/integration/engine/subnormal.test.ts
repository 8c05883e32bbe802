import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RecordingOps, type Tensor } from "../../../src/core/ops/recording-ops.ts";
import type { Engine } from "../../../src/main/engine/engine.ts";
import { viewOf } from "../../../src/shared/engine/tensor-view.ts";
import { startEngine } from "./start-engine.ts";

/** Whole vectors and a rest. */
const LENGTH = 37;
/** After which 0.9ⁿ has left float32. */
const STEPS = 1_200;
const SMALLEST_NORMAL = 2 ** -126;

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine(2);
});
afterAll(async () => {
  await engine.close();
});

const isSubnormal = (value: number): boolean => value !== 0 && Math.abs(value) < SMALLEST_NORMAL;

/** What a program of one update leaves, run so often on the same tensors. */
async function updated(
  fill: Readonly<Record<string, number>>,
  record: (ops: RecordingOps, t: Readonly<Record<string, Tensor>>) => void,
): Promise<Readonly<Record<string, Float32Array>>> {
  const scope = engine.arena.scope();
  try {
    const ops = new RecordingOps((name, shape, dtype) => scope.tensor(name, shape, dtype));
    const lr = ops.tensor("lr", [1]);
    const counter = ops.tensor("counter", [1], "float64");
    viewOf(engine.arena.memory, lr, "float32").fill(0.01);
    viewOf(engine.arena.memory, counter, "float64").fill(0);
    const tensors: Record<string, Tensor> = {};
    for (const [name, value] of Object.entries(fill)) {
      tensors[name] = ops.tensor(name, [LENGTH]);
      viewOf(engine.arena.memory, tensors[name], "float32").fill(value);
    }
    record(ops, { ...tensors, lr, counter });
    await engine.run([{ program: ops.program(), repeats: STEPS }], { threads: 2 });
    return Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => [
        name,
        viewOf(engine.arena.memory, tensor, "float32").slice(),
      ]),
    );
  } finally {
    scope.release();
  }
}

function adamStep(
  ops: RecordingOps,
  { param, grad, m, v, lr, counter }: Readonly<Record<string, Tensor>>,
): void {
  const constants = { beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 0, decoupled: true };
  ops.run({ op: "adam", param, grad, m, v, lr, counter, ...constants });
}

describe("what no gradient feeds any more", () => {
  it("leaves the means of Adam at 0, not at subnormal numbers, and the weights where they were", async () => {
    const { m, v, param } = await updated({ param: 0.5, grad: 0, m: 1e-30, v: 1e-37 }, adamStep);
    expect([...m, ...v].every((value) => value === 0)).toBe(true);
    expect([...param].every((value) => value === 0.5)).toBe(true);
  });

  it("leaves the velocity at 0", async () => {
    const { velocity } = await updated({ param: 0.5, grad: 0, velocity: 1 }, (ops, t) => {
      ops.run({
        op: "momentum",
        param: t.param,
        grad: t.grad,
        velocity: t.velocity,
        lr: t.lr,
        momentum: 0.9,
        nesterov: false,
        weightDecay: 0,
      });
    });
    expect([...velocity].every((value) => value === 0)).toBe(true);
  });

  it("makes no subnormal squares of small gradients", async () => {
    const { v } = await updated({ param: 0.5, grad: 1e-21, v: 0 }, (ops, t) => {
      ops.run({
        op: "rmsProp",
        param: t.param,
        grad: t.grad,
        v: t.v,
        lr: t.lr,
        alpha: 0.99,
        eps: 1e-8,
        weightDecay: 0,
      });
    });
    expect([...v].some(isSubnormal)).toBe(false);
  });

  it("keeps what is not a number", async () => {
    const { m, v } = await updated({ param: 0.5, grad: NaN, m: 0, v: 0 }, adamStep);
    expect([...m, ...v].every(Number.isNaN)).toBe(true);
  });
});

it("gives no subnormal gradients of logits that are sure of a class", async () => {
  const [rows, classes] = [64, 10] as const;
  const scope = engine.arena.scope();
  try {
    const ops = new RecordingOps((name, shape, dtype) => scope.tensor(name, shape, dtype));
    const logits = ops.tensor("logits", [rows, classes]);
    const target = ops.tensor("target", [rows]);
    const dlogits = ops.tensor("dlogits", [rows, classes]);
    const given = viewOf(engine.arena.memory, logits, "float32");
    // Of one class, and 60 to 120 less of the others: exponentials on both sides of the smallest normal number.
    for (let i = 0; i < given.length; i++) given[i] = i % classes === 3 ? 100 : 40 - i / classes;
    viewOf(engine.arena.memory, target, "float32").fill(3);
    ops.run({ op: "crossEntropyBackward", logits, target, dlogits, smoothing: 0 });
    await engine.run([{ program: ops.program(), repeats: 1 }], { threads: 2 });
    const gradients = [...viewOf(engine.arena.memory, dlogits, "float32")];
    expect(gradients.some(isSubnormal)).toBe(false);
    expect(gradients.some((value) => value > 0 && value < 1e-25)).toBe(true);
  } finally {
    scope.release();
  }
});
