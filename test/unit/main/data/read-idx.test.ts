import { mkdir } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataFormatError } from "../../../../src/core/errors.ts";
import { readIdx } from "../../../../src/main/data/read-idx.ts";
import { idxFile, temporaryFiles } from "./temporary-files.ts";

const { path, write } = temporaryFiles();
const SOUND = idxFile([2, 3], [1, 2, 3, 4, 5, 6]);

/** Reads bytes as a file that must be refused. */
async function refusal(content: Uint8Array, options?: Parameters<typeof readIdx>[1]): Promise<string> {
  const file = await write("refused", content);
  const error: unknown = await readIdx(file, options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DataFormatError);
  const { message } = error as DataFormatError;
  expect(message.startsWith(`${file}, byte `)).toBe(true);
  return message;
}

describe("readIdx()", () => {
  it("reads plain and gzipped files of any shape and content", async () => {
    const shapes = fc.array(fc.nat(5), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(shapes, fc.boolean(), fc.nat(255), async (shape, gzip, start) => {
        const numel = shape.reduce((product, size) => product * size, 1);
        const values = Uint8Array.from({ length: numel }, (_, i) => start + 7 * i);
        const content = idxFile(shape, values);
        const array = await readIdx(await write("sound", gzip ? gzipSync(content) : content));
        expect(array).toEqual({ shape, dtype: "uint8", data: values });
      }),
      { numRuns: 60 },
    );
  });

  it("fault 28: names expected and actual bytes of a file cut short anywhere", async () => {
    for (let length = 0; length < SOUND.length; length++) {
      const message = await refusal(SOUND.subarray(0, length));
      expect(message).toMatch(/expected (18 bytes|a complete IDX header)/);
      expect(message).toContain(`got ${length} bytes`);
    }
  });

  it("fault 28: a gzip file cut short anywhere is refused", async () => {
    const packed = gzipSync(SOUND);
    for (let length = 2; length < packed.length; length++) {
      expect(await refusal(packed.subarray(0, length))).toMatch(/ends early|sound gzip data/);
    }
  });

  it("fault 29: names a wrong magic, byte order, type and rank", async () => {
    expect(await refusal(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))).toContain("got 01 02 03 04");
    expect(await refusal(Uint8Array.of(2, 8, 0, 0, 2, 0, 0, 0))).toContain(
      "the magic in little-endian order",
    );
    expect(await refusal(idxFile([1], [0], { type: 13 }))).toContain(
      "expected 12 bytes for 1 values of shape (1), big-endian float32, got 9 bytes",
    );
    expect(await refusal(idxFile([1], [0], { type: 7 }))).toContain(
      "expected a type from 08 (unsigned byte) to 0e (float64), got 07",
    );
    expect(await refusal(idxFile([], []))).toContain("expected 1 to 8 axes, got 0");
    expect(await refusal(idxFile(new Array<number>(9).fill(1), [0]))).toContain("got 9");
  });

  it("fault 30: checks a claim of 2³¹ values before it allocates", async () => {
    const plain = idxFile([2 ** 31], [1]);
    const before = process.memoryUsage().arrayBuffers;
    expect(await refusal(plain)).toContain("at most 1073741824 values, got 2147483648 values");
    expect(await refusal(plain, { maxBytes: 2 ** 33 })).toContain("expected 2147483656 bytes");
    expect(await refusal(gzipSync(plain), { maxBytes: 2 ** 33 })).toContain("compressed bytes can hold");
    expect(await refusal(idxFile([2 ** 31, 2 ** 31, 2 ** 31], []))).toContain("at most");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });

  it("fault 31: stops unpacking a gzip bomb at the first byte too many", async () => {
    const bomb = gzipSync(Buffer.concat([SOUND, new Uint8Array(64 * 2 ** 20)]));
    const before = process.memoryUsage().arrayBuffers;
    expect(await refusal(bomb)).toContain("byte 18: expected 18 bytes, got more");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 2 ** 20);
  });

  it("fault 32: refuses a wrong checksum, damaged data and trailing bytes", async () => {
    const packed = gzipSync(SOUND);
    const wrongChecksum = Uint8Array.from(packed);
    wrongChecksum[packed.length - 8] ^= 1;
    expect(await refusal(wrongChecksum)).toContain("a wrong checksum (incorrect data check)");
    const damaged = Uint8Array.from(packed).fill(0xff, 12, 16);
    expect(await refusal(damaged)).toMatch(/damaged data|wrong checksum/);
    expect(await refusal(Buffer.concat([packed, Buffer.from("tail")]))).toContain(
      "end of the file, got more bytes",
    );
    expect(await refusal(Buffer.concat([packed, new Uint8Array(5)]))).toContain("got 5 more bytes");
    expect(await refusal(Buffer.concat([SOUND, Uint8Array.of(0)]))).toContain("expected 18 bytes");
  });

  it("fault 42: refuses folders, and says of a missing file what the system says", async () => {
    await mkdir(path("folder"));
    await expect(readIdx(path("folder"))).rejects.toThrow(/expected a file, got a folder|EISDIR/);
    await expect(readIdx(path("missing"))).rejects.toThrow("ENOENT");
  });

  it("never hangs, crashes or succeeds by accident on random bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), fc.boolean(), async (bytes, gzipMagic) => {
        const content = gzipMagic ? Uint8Array.of(0x1f, 0x8b, 8, ...bytes) : bytes;
        const file = await write("random", content);
        const result = await readIdx(file).catch((error: unknown) => error);
        if (!(result instanceof DataFormatError)) {
          const { shape, data } = result as Awaited<ReturnType<typeof readIdx>>;
          expect(content.length).toBe(4 + 4 * shape.length + data.length);
        }
      }),
      { numRuns: 150 },
    );
  });
});
