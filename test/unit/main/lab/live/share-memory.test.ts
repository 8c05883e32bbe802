import { expect, it } from "vitest";
import { stored } from "../../../../../src/core/tensor/create.ts";
import { unary } from "../../../../../src/core/tensor/elementwise.ts";
import { lower } from "../../../../../src/core/tensor/lower/lower.ts";
import { structureOf } from "../../../../../src/core/tensor/lower/structure-of.ts";
import { matmul } from "../../../../../src/core/tensor/products.ts";
import { shareMemory } from "../../../../../src/main/lab/live/share-memory.ts";
import { testRecorder } from "../../../core/tensor/recorder.ts";

/** tanh and product in turns, `layers` times: each product reads all of the one before. */
function chain(layers: number) {
  const r = testRecorder();
  let x = stored(r, [64, 64], { storage: { buffer: 1000, offset: 0 }, name: "x" });
  for (let i = 0; i < layers; i++) x = matmul(r, x, unary(r, "tanh", x));
  let buffer = 0;
  const program = lower({ wanted: [x], settled: [], kept: () => false, nextBuffer: () => buffer++ });
  const sizes = new Map(
    program.buffers.filter(({ temporary }) => temporary).map(({ tensor, bytes }) => [tensor.buffer, bytes]),
  );
  const { buffers } = structureOf(program.ops, new Set(sizes.keys()));
  return { ...program, sizes, order: buffers };
}

it("a long chain needs the memory of a few of its tensors", () => {
  const { ops, sizes, order } = chain(20);
  const layout = shareMemory(ops, order, sizes);
  expect(layout.offsets.size).toBe(sizes.size);
  expect(sizes.size).toBeGreaterThan(30);
  expect(layout.bytes).toBeLessThanOrEqual(4 * 64 * 64 * 4);
});

it("no two that are needed in one op lie over each other", () => {
  const { ops, sizes, order } = chain(6);
  const { offsets } = shareMemory(ops, order, sizes);
  for (const op of ops) {
    const { buffers } = structureOf([op]);
    const ranges = buffers.flatMap((buffer) => {
      const [begin, bytes] = [offsets.get(order.indexOf(buffer)), sizes.get(buffer)];
      return begin === undefined || bytes === undefined ? [] : [{ begin, end: begin + bytes }];
    });
    for (const [at, one] of ranges.entries()) {
      for (const other of ranges.slice(at + 1)) {
        expect(one.end <= other.begin || other.end <= one.begin).toBe(true);
      }
    }
  }
});
