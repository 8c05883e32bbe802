import fc from "fast-check";
import { expect, it } from "vitest";
import { permuteRows } from "../../../../src/core/data/permute-rows.ts";
import { permutation } from "../../../../src/core/random/permutation.ts";
import { randomStream } from "../../../../src/core/random/random-stream.ts";
import { atOnce } from "../../../../src/core/steps.ts";

it("permuteRows() gives every row its new place, in arrays of any width, as copying into a second array does", () => {
  const numbers = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 80 }), fc.nat(1000));
  fc.assert(
    fc.property(numbers, ([rows, width, seed]) => {
      const order = permutation(randomStream(seed), rows);
      const wide = Float32Array.from({ length: rows * width }, (_, i) => i);
      const bytes = Uint8Array.from({ length: rows }, (_, i) => i);
      const expected = [...order].flatMap((row) => [...wide.subarray(row * width, (row + 1) * width)]);
      const expectedBytes = [...order];
      atOnce(
        permuteRows(order, [
          { values: wide, width },
          { values: bytes, width: 1 },
        ]),
      );
      expect([...wide]).toEqual(expected);
      expect([...bytes]).toEqual(expectedBytes);
    }),
  );
});
