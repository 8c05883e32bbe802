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
  const text =
    header instanceof Uint8Array
      ? header
      : new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(headerBytes ?? text.length));
  const broken = join(folder, "broken.safetensors");
  writeFileSync(broken, Buffer.concat([length, text, Buffer.alloc(dataBytes)]));
  return broken;
}

/** The entry of four values. */
const entry = (begin: number, end: number): string =>
  `{"dtype":"F32","shape":[4],"data_offsets":[${begin},${end}]}`;
const overlapping = Array.from({ length: 10_000 }, (_, i) => `"${i}":${entry(0, 16)}`).join(",");

describe("safetensors", () => {
  it("case 20: reads what others write: tensors in any order, blanks behind the header, none at all", async () => {
    const { tensors } = await readSafetensors(write(`{"b":${entry(16, 32)},"a":${entry(0, 16)}}  `, 32));
    expect(Object.keys(tensors)).toEqual(["a", "b"]);
    expect(await readSafetensors(write({}, 0))).toEqual({ tensors: {}, metadata: {} });
  });

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
    ["a name twice (case 20)", () => write(`{"w":${entry(0, 16)},"\\u0077":${entry(0, 16)}}`, 16)],
    ["a part of an entry twice", () => write(`{"w":{"dtype":"F32",${entry(0, 16).slice(1)}}`, 16)],
    ["overlapping tensors (case 20)", () => write(`{"w":${entry(0, 16)},"b":${entry(0, 16)}}`, 16)],
    ["a hole (case 20)", () => write(`{"w":${entry(8, 24)}}`, 24)],
    ["bytes behind the tensors (case 20)", () => write(`{"w":${entry(0, 16)}}`, 17)],
    ["blanks before the header (case 20)", () => write(` {"w":${entry(0, 16)}}`, 16)],
    ["an unknown part of an entry", () => write(`{"w":{"a":1,${entry(0, 16).slice(1)}}`, 16)],
    ["metadata that are no texts", () => write('{"__metadata__":{"step":7}}', 0)],
    ["metadata that are a list", () => write('{"__metadata__":["a"]}', 0)],
    ["a header that is no UTF-8", () => write(Buffer.from('{"\xff":1}', "latin1"), 0)],
    ["more tensors than there are bytes, overlapping", () => write(`{${overlapping}}`, 16)],
    ["a negative size", () => write({ w: { dtype: "F32", shape: [-4], data_offsets: [0, 16] } }, 16)],
  ])("fault 34: refuses %s", async (_what, make) => {
    await expect(readSafetensors(make())).rejects.toThrow(DataFormatError);
  });
});
