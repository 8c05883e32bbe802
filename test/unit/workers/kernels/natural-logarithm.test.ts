import binaryen from "binaryen";
import { expect, it } from "vitest";
import { randomStream } from "../../../../src/core/random/random-stream.ts";
import { naturalLogarithmFunction } from "../../../../src/workers/kernels/generate/natural-logarithm.ts";

/** The function alone, as a module of its own. */
function compiled(): (x: number) => number {
  const module = binaryen.parseText(
    `(module ${naturalLogarithmFunction()} (export "log" (func $naturalLogarithm)))`,
  );
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(module.emitBinary())));
  module.dispose();
  return exports["log"] as (x: number) => number;
}
const log = compiled();

const differences = (values: readonly number[]): readonly number[] =>
  values.filter((x) => !Object.is(log(x), Math.log(x)));

it("gives Math.log's very bits at limits, at powers of two and beside them", () => {
  const powers = Array.from({ length: 2_044 }, (_, index) => 2 ** (index - 1_021));
  expect(differences([0, -0, -1, -Infinity, Infinity, NaN])).toEqual([]);
  for (const factor of [1, 1 + 2 ** -21, 1 - 2 ** -22, Math.SQRT2, 1.4142135623, 1.2, 1.41])
    expect(differences(powers.map((power) => power * factor))).toEqual([]);
});

it("gives Math.log's very bits of sums of exponentials", () => {
  const random = randomStream(7);
  const sums = Array.from({ length: 200_000 }, () => Math.fround(1 + 20 * random.next()));
  expect(differences(sums)).toEqual([]);
});
