import { execFileSync } from "node:child_process";
import { readFile, truncate } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataFormatError } from "../../../../src/core/errors.ts";
import { readNpy } from "../../../../src/main/data/read-npy.ts";
import { temporaryFiles } from "./temporary-files.ts";

const { path, write } = temporaryFiles();
const SOUND = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";

/** A .npy file of any version with this dictionary and this many value bytes. */
function npyFile(dictionary: string, values: Uint8Array | number, { version = 1 } = {}): Uint8Array {
  const text = Buffer.from(`${dictionary}\n`, "latin1");
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  const magic = Buffer.from([0x93, ...Buffer.from("NUMPY"), version, 0]);
  return Buffer.concat([magic, length, text, typeof values === "number" ? new Uint8Array(values) : values]);
}

async function refusal(content: Uint8Array): Promise<string> {
  const error: unknown = await readNpy(await write("refused.npy", content)).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DataFormatError);
  return (error as DataFormatError).message;
}

const dictionary = (descr: string, shape: string, fortran = "False"): string =>
  `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }`;

describe("readNpy()", () => {
  it("reads what numpy wrote", async () => {
    const weights = await readNpy("test/golden/notebook_w1.npy");
    expect(weights.shape).toEqual([784, 50]);
    expect(weights.data).toBeInstanceOf(Float32Array);
    expect(weights.data.every((value) => Math.abs(value) < 1)).toBe(true);
    expect((await readNpy("test/golden/notebook_b2.npy")).shape).toEqual([1]);
  });

  it("reads float32 and float64 of any shape and version", async () => {
    const shapes = fc.array(fc.nat(4), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(shapes, fc.boolean(), fc.constantFrom(1, 2, 3), async (shape, wide, version) => {
        const numel = shape.reduce((product, size) => product * size, 1);
        const data = wide ? new Float64Array(numel).fill(1 / 3) : new Float32Array(numel).fill(1 / 3);
        const sizes = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
        const header = dictionary(wide ? "'<f8'" : "'<f4'", sizes);
        const file = await write("sound.npy", npyFile(header, new Uint8Array(data.buffer), { version }));
        expect(await readNpy(file)).toEqual({ shape, dtype: wide ? "float64" : "float32", data });
      }),
      { numRuns: 60 },
    );
  });

  it("fault 28: names expected and actual bytes of a file cut short anywhere, or too long", async () => {
    const sound = npyFile(SOUND, 24);
    for (let length = 0; length < sound.length; length++) {
      expect(await refusal(sound.subarray(0, length))).toMatch(/expected .+, got/);
    }
    const total = sound.length;
    expect(await refusal(sound.subarray(0, total - 1))).toContain(
      `expected ${total} bytes for shape (2, 3) of float32, got ${total - 1} bytes`,
    );
    expect(await refusal(npyFile(SOUND, 25))).toContain(`got ${total + 1} bytes`);
  });

  it("fault 29: names a wrong magic, version, type, byte order and layout", async () => {
    expect(await refusal(Buffer.from("not numpy at all"))).toContain(
      "expected a .npy file, got another magic",
    );
    expect(await refusal(Buffer.from("PK\u0003\u0004 and so on"))).toContain("a zip archive: name it .npz");
    expect(await refusal(npyFile(SOUND, 24, { version: 4 }))).toContain("version 1, 2 or 3, got 4");
    expect(await refusal(npyFile(dictionary("'<c8'", "(1,)"), 8))).toContain('type "<c8"');
    expect(await refusal(npyFile(dictionary("'<U4'", "(1,)"), 16))).toContain('type "<U4"');
    expect(await refusal(npyFile(dictionary("[('a', '<f4')]", "(1,)"), 4))).toContain("a structured type");
    expect(await refusal(npyFile("{'shape': (1,), }", 4))).toContain("a header with 'descr'");
    expect(await refusal(npyFile(dictionary("'<f4'", "(-1,)"), 4))).toContain("'shape' of whole numbers");
    expect(await refusal(npyFile(dictionary("'<f4'", "(2, n)"), 4))).toContain("'shape' of whole numbers");
  });

  it("fault 30: checks claimed sizes before it allocates", async () => {
    expect(await refusal(npyFile(dictionary("'<f4'", "(2147483648, 1024)"), 4))).toContain("8796093022");
    expect(await refusal(npyFile(dictionary("'<f8'", "(999999999999999, 999999999999999)"), 4))).toContain(
      "bytes for shape",
    );
    const longHeader = Buffer.from(npyFile(SOUND, 24, { version: 2 }));
    longHeader.writeUInt32LE(2 ** 31, 8);
    expect(await refusal(longHeader)).toContain("a header of at most 65536 bytes, got 2147483648 bytes");
  });

  it("case 24: reads every type of number where float64 holds it exactly, and says where it does not", async () => {
    const big = Buffer.alloc(16);
    big.writeBigInt64LE(-(2n ** 53n) + 1n, 0);
    big.writeBigInt64LE(7n, 8);
    const read = async (descr: string, bytes: Uint8Array, shape = "(2,)") => {
      const { dtype, data } = await readNpy(await write("t.npy", npyFile(dictionary(descr, shape), bytes)));
      return [dtype, ...data];
    };
    expect(await read("'<i8'", big)).toEqual(["int64", -(2 ** 53) + 1, 7]);
    expect(await read("'|u1'", Uint8Array.of(0, 255))).toEqual(["uint8", 0, 255]);
    expect(await read("'|b1'", Uint8Array.of(0, 1))).toEqual(["bool", 0, 1]);
    expect(await read("'|i1'", Uint8Array.of(128, 127))).toEqual(["int8", -128, 127]);
    expect(await read("'<u2'", Uint8Array.of(0, 1, 255, 255))).toEqual(["uint16", 256, 65_535]);
    expect(await read("'>i4'", Uint8Array.of(255, 255, 255, 255, 0, 0, 1, 0))).toEqual([
      "big-endian int32",
      -1,
      256,
    ]);
    expect(await read("'<f2'", Uint8Array.of(0, 0x3c, 1, 0))).toEqual(["float16", 1, 2 ** -24]);
    expect(await read("'>f4'", Uint8Array.of(0x3f, 0x80, 0, 0), "(1,)")).toEqual(["big-endian float32", 1]);
    big.writeBigInt64LE(2n ** 53n, 8);
    expect(await refusal(npyFile(dictionary("'<i8'", "(2,)"), big))).toContain("2^53");
  });

  it.each([
    ["an entry twice", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'shape': (1,), }"],
    ["an entry too many", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': True, }"],
    ["garbage before it", "x{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }"],
    ["garbage behind it", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }x"],
    ["no comma", "{'descr': '<f4' 'fortran_order': False, 'shape': (1,), }"],
    ["a number that is no tuple", "{'descr': '<f4', 'fortran_order': False, 'shape': (1), }"],
    ["a size with a zero before it", "{'descr': '<f4', 'fortran_order': False, 'shape': (01,), }"],
    ["entries inside an entry", "{'descr': '<f4', 'fortran_order': False, 'shape': ('shape': (1,)), }"],
    ["no end", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), "],
  ])("case 51: refuses a header with %s", async (_what, header) => {
    expect(await refusal(npyFile(header, 4))).toMatch(/expected .+, got/);
  });

  it("case 51: reads a header of any length once from left to right", async () => {
    const header = `{'descr': '<f4', 'fortran_order': False, 'shape':(${"'shape':(".repeat(7_000)}`;
    expect(await refusal(npyFile(header, 4))).toContain("'shape' of whole numbers");
    expect(await refusal(npyFile(header.repeat(2), 4, { version: 2 }))).toContain(
      "a header of at most 65536",
    );
  });

  it("fault 42: refuses a sparse file of 50 GB and a pipe before anything is read", async () => {
    const sparse = await write("sparse.npy", npyFile(SOUND, 24));
    await truncate(sparse, 50e9);
    await expect(readNpy(sparse)).rejects.toThrow("a file of at most 4294967296 bytes, got 50000000000");
    if (process.platform === "win32") return;
    execFileSync("mkfifo", [path("pipe.npy")]);
    await expect(readNpy(path("pipe.npy"))).rejects.toThrow("expected a file, got a device or pipe");
  });

  it("fault 35: refuses pickles and object arrays with a hint, and runs nothing", async () => {
    const pickle = Buffer.from("\u0080\u0004cos\nsystem\n(S'exit 1'\ntR.", "latin1");
    expect(await refusal(pickle)).toContain(
      "a pickle, which is a program and is never run here; save it again with numpy.save",
    );
    expect(await refusal(npyFile(dictionary("'|O'", "(1,)"), pickle))).toContain(
      'Python objects (type "|O")',
    );
  });

  it("refuses what is not a file", async () => {
    await expect(readNpy(path("."))).rejects.toThrow(/expected a file, got a folder|EISDIR/);
    await expect(readNpy("/dev/zero")).rejects.toThrow("expected a file, got a device or pipe");
  });

  it("refuses every damaged header, or reads the very bytes behind it", async () => {
    const sound = await readFile("test/golden/notebook_b1_grad.npy");
    const values = sound.subarray(128);
    /** One byte away from "<f4" stand other types of as many bytes. */
    const READS: Readonly<Record<string, (at: number) => number>> = {
      "<f4": (at) => values.readFloatLE(at),
      ">f4": (at) => values.readFloatBE(at),
      "<i4": (at) => values.readInt32LE(at),
      "<u4": (at) => values.readUInt32LE(at),
    };
    await fc.assert(
      fc.asyncProperty(fc.nat(127), fc.nat(255), async (position, byte) => {
        const content = Uint8Array.from(sound);
        content[position] = byte;
        const result = await readNpy(await write("damaged.npy", content)).catch((error: unknown) => error);
        if (result instanceof DataFormatError) return;
        const { data } = result as Awaited<ReturnType<typeof readNpy>>;
        const read = READS[Buffer.from(content.subarray(21, 24)).toString("latin1")];
        expect([...data]).toEqual(Array.from(data, (_, i) => read(4 * i)));
      }),
      {
        numRuns: 200,
        examples: [
          [21, ">".charCodeAt(0)],
          [22, "i".charCodeAt(0)],
          [22, "u".charCodeAt(0)],
        ],
      },
    );
  });
});
