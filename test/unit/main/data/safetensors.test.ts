import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { DataFormatError } from "../../../../src/core/errors.ts";
import { readSafetensors, writeSafetensors } from "../../../../src/main/data/safetensors.ts";

const folder = mkdtempSync(join(tmpdir(), "backprop-lab-safetensors-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const path = join(folder, "weights.safetensors");

const SAVED = {
  tensors: {
    w1: { shape: [2, 3], data: Float32Array.of(1, -0, Math.fround(0.1), NaN, Infinity, 1e-38) },
    b1: { shape: [3], data: Float32Array.of(4, 5, 6) },
  },
  metadata: { step: "7", note: "näher" },
};

/** A file with this header and these bytes behind it. */
function write(header: unknown, dataBytes: number, headerBytes?: number): string {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(headerBytes ?? text.length));
  const broken = join(folder, "broken.safetensors");
  writeFileSync(broken, Buffer.concat([length, text, Buffer.alloc(dataBytes)]));
  return broken;
}

describe("safetensors", () => {
  it("gives back tensors and words, bit for bit", async () => {
    await writeSafetensors(path, SAVED);
    expect(await readSafetensors(path)).toEqual(SAVED);
  });

  it("is what others read: a length, a JSON header, then the values aligned to eight bytes", async () => {
    await writeSafetensors(path, SAVED);
    const bytes = readFileSync(path);
    const headerBytes = Number(bytes.readBigUInt64LE());
    expect(headerBytes % 8).toBe(0);
    const header = JSON.parse(bytes.subarray(8, 8 + headerBytes).toString("utf8")) as Record<string, unknown>;
    expect(header["b1"]).toEqual({ dtype: "F32", shape: [3], data_offsets: [24, 36] });
    expect(bytes.readFloatLE(8 + headerBytes + 24)).toBe(4);
    expect(bytes).toHaveLength(8 + headerBytes + 36);
  });

  it.each([
    ["a file that is cut off", () => write({ w: { dtype: "F32", shape: [4], data_offsets: [0, 16] } }, 12)],
    ["another type", () => write({ w: { dtype: "F16", shape: [4], data_offsets: [0, 8] } }, 8)],
    [
      "offsets that do not fit the shape",
      () => write({ w: { dtype: "F32", shape: [4], data_offsets: [0, 8] } }, 16),
    ],
    ["a header that is no object", () => write("[1]", 0)],
    ["a header that is no JSON", () => write("{broken", 0)],
    ["a header longer than the file", () => write({}, 0, 1e6)],
    ["a negative size", () => write({ w: { dtype: "F32", shape: [-4], data_offsets: [0, 16] } }, 16)],
  ])("refuses %s", async (_what, make) => {
    await expect(readSafetensors(make())).rejects.toThrow(DataFormatError);
  });
});
