import { describe, expect, it } from "vitest";
import { javascriptKernels } from "../../../../src/workers/kernels/load/javascript-kernels.ts";
import { CHECKED_BYTES } from "../../../../src/workers/kernels/primitives/primitive.ts";
import { PRIMITIVE_NAMES } from "../../../../src/workers/kernels/primitives/primitive-table.ts";
import { verifyPrimitives } from "../../../../src/workers/kernels/verify/verify-primitives.ts";

const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
const kernels = javascriptKernels(memory);

describe("verifyPrimitives()", () => {
  it("finds the loops right, and leaves what lies behind its tensors alone", () => {
    const behind = new Uint8Array(memory.buffer, 8 * CHECKED_BYTES).fill(7);
    expect(verifyPrimitives(kernels, memory, 0)).toBeNull();
    expect(behind.every((byte) => byte === 7)).toBe(true);
  });

  it.each(PRIMITIVE_NAMES)("names %s when it does nothing", (name) => {
    expect(verifyPrimitives({ ...kernels, [name]: () => 0 }, memory, 0)).toMatch(
      new RegExp(`^${name} of \\d+: element`),
    );
  });
});
