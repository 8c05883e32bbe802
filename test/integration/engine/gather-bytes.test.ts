import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BYTE_VALUES, type Op } from "../../../src/core/ops/op.ts";
import type { Tensor } from "../../../src/core/ops/recording-ops.ts";
import { hash32 } from "../../../src/core/random/hash.ts";
import { uniform } from "../../../src/core/random/uniform.ts";
import { randomStream } from "../../../src/core/random/random-stream.ts";
import { byteAffine, byteValues } from "../../../src/main/lab/compute/byte-values.ts";
import type { Engine } from "../../../src/main/engine/engine.ts";
import { viewOf } from "../../../src/shared/engine/tensor-view.ts";
import { SHORT_ROW_BYTES } from "../../../src/workers/kernels/primitives/conversions.ts";
import { startEngine } from "./start-engine.ts";

const PROGRAMS = 60;
const REPEATS = 3;

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine(4);
});
afterAll(() => engine.close());

describe("gatherBytes", () => {
  it("has the bits of gatherRows of the same floats, whatever the shape, the order and the threads", async () => {
    const stream = randomStream(22);
    const below = (n: number): number => Math.floor(uniform(stream, 1)[0] * n);
    let computed = 0;
    for (let n = 0; n < PROGRAMS; n++) {
      const [rows, batch] = [1 + below(300), 1 + below(600)];
      // Labels, rows that are too long to be fetched together, and usual ones.
      const features = n % 10 === 8 ? 1 : n % 10 === 9 ? SHORT_ROW_BYTES + below(900) : 1 + below(900);
      const scope = engine.arena.scope();
      const bytes = scope.tensor("bytes", [rows, features], "uint8");
      const values = scope.tensor("values", [BYTE_VALUES]);
      const x = scope.tensor("x", [rows, features]);
      const indices = scope.tensor("indices", [batch * REPEATS], "int32");
      const [fromBytes, fromFloats] = ["from bytes", "from floats"].map((name) =>
        scope.tensor(name, [batch, features]),
      );
      const { memory } = engine.arena;
      const stored = Uint8Array.from({ length: rows * features }, (_, i) => hash32(i + n));
      viewOf(memory, bytes, "uint8").set(stored);
      const [divisor, offset, scale] = [1, 0, 0].map((least) => least + below(1000) / 300);
      const scaling = { divisor, offset, scale: scale + 0.01 };
      // Any values that are looked up, and such as can be computed.
      const affine = n % 2 === 0 ? null : byteAffine(scaling);
      const table =
        affine === null
          ? Float32Array.from(uniform(stream, BYTE_VALUES, -1, 1), (value) => value * 10 ** (below(60) - 30))
          : byteValues(scaling);
      computed += affine === null ? 0 : 1;
      viewOf(memory, values, "float32").set(table);
      viewOf(memory, x, "float32").set(Float32Array.from(stored, (byte) => table[byte]));
      viewOf(memory, indices, "int32").set(Int32Array.from({ length: batch * REPEATS }, () => below(rows)));
      const ops: Op<Tensor>[] = [
        // By rows, by columns, and one of them by each.
        { op: "gatherBytes", bytes, values, indices, out: fromBytes, affine, byInputs: n % 3 > 0 },
        { op: "gatherRows", x, indices, out: fromFloats, byInputs: n % 3 > 1 },
      ];
      await engine.run([{ program: { ops }, repeats: REPEATS }], { threads: 1 + below(4) });
      const bits = (tensor: Tensor): Buffer => Buffer.from(viewOf(memory, tensor, "float32").slice().buffer);
      expect(bits(fromBytes).equals(bits(fromFloats)), `${rows} × ${features}, ${batch} of them`).toBe(true);
      scope.release();
    }
    expect(computed).toBeGreaterThan(PROGRAMS / 4);
  });
});
