import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stage3Module } from "../../../src/core/stages/stage-3-module.ts";
import { RecordingOps, type Tensor } from "../../../src/core/ops/recording-ops.ts";
import type { Engine } from "../../../src/main/engine/engine.ts";
import { viewOf } from "../../../src/shared/engine/tensor-view.ts";
import { startEngine } from "./start-engine.ts";

const ROWS = 6_001;
const GRADIENTS = ["x", "w1", "b1", "w2", "b2"] as const;
type Result = Record<"loss" | (typeof GRADIENTS)[number], Float32Array>;

/** What ARCHITECTURE.md and the README promise: ‖difference‖ / ‖gradient‖ between two numbers of threads. */
const PROMISED = 1e-5;

function relativeDifference(one: Float32Array, other: Float32Array): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < one.length; i++) {
    difference += (one[i] - other[i]) ** 2;
    norm += other[i] ** 2;
  }
  return Math.sqrt(difference / norm);
}

/** Whether all bits agree; a matcher would take a minute over a million elements. */
const sameBits = (one: Float32Array, other: Float32Array): boolean =>
  Buffer.from(one.buffer).equals(Buffer.from(other.buffer));

describe("the notebook's forward and backward pass", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine(8);
  });
  afterAll(async () => {
    await engine.close();
  });

  async function run(threads: number): Promise<Result> {
    const scope = engine.arena.scope();
    const ops = new RecordingOps((name, shape, dtype) => scope.tensor(name, shape, dtype));
    const filled = (name: string, shape: readonly number[], scale: number): Tensor => {
      const tensor = ops.tensor(name, shape);
      const values = viewOf(engine.arena.memory, tensor, "float32");
      for (let i = 0; i < values.length; i++) values[i] = scale * Math.sin(i * 12.9898 + name.length);
      return tensor;
    };
    const stage = stage3Module.build(
      ops,
      {
        x: filled("x", [ROWS, 784], 1),
        y: filled("labels", [ROWS], 5),
        w1: filled("w1", [784, 50], 0.07),
        b1: filled("b1", [50], 0.1),
        w2: filled("w2", [50, 1], 0.3),
        b2: filled("b2", [1], 0.1),
      },
      { shift: 0.5, chunkRows: 64 },
    );
    const loss = stage.forward();
    const tensors = { loss, ...stage.backward() };
    await engine.run([{ program: ops.program(), repeats: 1 }], { threads });
    const copy = (tensor: Tensor): Float32Array => viewOf(engine.arena.memory, tensor, "float32").slice();
    const result = Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, copy(t)]));
    scope.release();
    return result as Result;
  }

  const OTHERS = [2, 3, 4, 8];
  const results = new Map<number, Result>();
  const of = (threads: number): Result => results.get(threads)!;
  beforeAll(async () => {
    for (const threads of [1, ...OTHERS]) results.set(threads, await run(threads));
  });

  it("fault 44: gives the same bits again with the same number of threads", async () => {
    for (const [threads, first] of results) {
      const second = await run(threads);
      for (const name of ["loss", ...GRADIENTS] as const) {
        expect(sameBits(first[name], second[name]), `${name}, ${threads} threads`).toBe(true);
      }
    }
  });

  it("fault 44: gives every row's gradient in the same bits for any number of threads", () => {
    for (const threads of OTHERS) expect(sameBits(of(threads).x, of(1).x)).toBe(true);
  });

  it(`fault 44: differs by at most ${PROMISED} in what is summed over rows, relative to its norm`, () => {
    for (const threads of OTHERS) {
      for (const name of ["loss", ...GRADIENTS] as const) {
        expect(
          relativeDifference(of(threads)[name], of(1)[name]),
          `${name}, ${threads} threads`,
        ).toBeLessThan(PROMISED);
      }
    }
  });
});
