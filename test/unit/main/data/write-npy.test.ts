import { mkdir, readdir, readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ShapeError } from "../../../../src/core/errors.ts";
import { readNpy } from "../../../../src/main/data/read-npy.ts";
import { writeNpy } from "../../../../src/main/data/write-npy.ts";
import { temporaryFiles } from "./temporary-files.ts";

const { path, write } = temporaryFiles();

describe("writeNpy()", () => {
  it("writes what readNpy() reads, with the values at a multiple of 64 bytes", async () => {
    const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const numel = shape.reduce((product, size) => product * size, 1);
        const data = Float32Array.from({ length: numel }, (_, i) => Math.fround(i / 7));
        await writeNpy(path("round.npy"), shape, data);
        expect(await readNpy(path("round.npy"))).toEqual({ shape, dtype: "float32", data });
        expect(((await readFile(path("round.npy"))).length - data.byteLength) % 64).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it("writes byte for byte what numpy writes", async () => {
    for (const name of ["notebook_w1", "notebook_b1", "notebook_b2"]) {
      const { shape, data } = await readNpy(`test/golden/${name}.npy`);
      await writeNpy(path("again.npy"), shape, data as Float32Array);
      expect((await readFile(path("again.npy"))).equals(await readFile(`test/golden/${name}.npy`))).toBe(
        true,
      );
    }
  });

  it("writes values that lie in shared memory, in several pieces", async () => {
    const all = new Float32Array(new SharedArrayBuffer(4 * 2_500_010));
    for (let i = 0; i < all.length; i++) all[i] = i;
    await writeNpy(path("shared.npy"), [2_500_000], all.subarray(10));
    const { data } = await readNpy(path("shared.npy"));
    expect([data[0], data.at(-1), data.length]).toEqual([10, 2_500_009, 2_500_000]);
  });

  it("leaves the old file and no half of a new one when it fails", async () => {
    await mkdir(path("busy/old.npy"), { recursive: true });
    await write("busy/old.npy/inside", "x");
    await expect(writeNpy(path("busy/old.npy"), [1], Float32Array.of(1))).rejects.toThrow(
      /was not saved: .+ Choose another place or free some space\.$/,
    );
    expect(await readdir(path("busy"))).toEqual(["old.npy"]);
  });

  it("throws ShapeError when the number of values does not fit", async () => {
    await expect(writeNpy(path("no.npy"), [2, 2], new Float32Array(3))).rejects.toThrow(ShapeError);
  });
});
