import { ByteWriter, ParquetWriter, parquetWrite } from "hyparquet-writer";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ImportFolder, npyBytes } from "./import-folder.ts";
import { storedZip } from "./stored-zip.ts";

let folder: ImportFolder;
beforeEach(() => {
  folder = new ImportFolder();
});
afterEach(() => folder.remove());

const X = npyBytes(
  "|u1",
  [40, 2],
  Uint8Array.from({ length: 80 }, (_, i) => i),
);
const Y = npyBytes(
  "|u1",
  [40],
  Uint8Array.from({ length: 40 }, (_, i) => i % 2),
);

describe("a .npz", () => {
  it("has the content of its arrays in files of their own", async () => {
    const packed = await folder.import(folder.write("d.npz", storedZip({ "x.npy": X, "y.npy": Y })), {
      title: "t",
    });
    const apart = await folder.import([folder.write("x.npy", X), folder.write("y.npy", Y)], { title: "t" });
    expect(packed.dataset.contentHash).toBe(apart.dataset.contentHash);
  });

  it.each<readonly [string, Uint8Array, RegExp]>([
    [
      "a wrong checksum",
      storedZip({ "x.npy": X }, { crc: 1 }),
      /d\.npz, "x\.npy": expected sound packed data, got a wrong checksum/,
    ],
    ["an entry that claims to be a bomb", storedZip({ "x.npy": X }, { size: 0xfffffff0 }), /d\.npz/],
    [
      "a pickle inside",
      storedZip({ "x.npy": Uint8Array.of(0x80, 4, 95, 0, 0, 0, 0, 0, 0, 0, 0, 46) }),
      /"x\.npy", byte 0: expected a \.npy file, got a pickle/,
    ],
    ["no arrays", storedZip({ "readme.txt": Uint8Array.of(65) }), /expected arrays in it, got readme\.txt/],
  ])("bad: %s", async (_what, bytes, message) => {
    await expect(folder.preview(folder.write("d.npz", bytes))).rejects.toThrow(message);
  });
});

function parquet(): Uint8Array {
  const writer = new ByteWriter();
  const schema = [
    { name: "table", num_children: 3 },
    { name: "a", type: "DOUBLE", repetition_type: "REQUIRED" },
    { name: "n", type: "INT64", repetition_type: "REQUIRED" },
    { name: "label", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
  ] as const;
  const file = new ParquetWriter({ writer, schema: schema.map((element) => ({ ...element })) });
  const rows = Array.from({ length: 40 }, (_, i) => i);
  void file.write({
    columnData: [
      { name: "a", data: rows.map((i) => i / 4) },
      { name: "n", data: rows.map((i) => BigInt(i % 7)) },
      { name: "label", data: rows.map((i) => (i % 2 === 0 ? "yes" : "no")) },
    ],
  });
  void file.finish();
  return new Uint8Array(writer.getBuffer());
}

/** Found by the fuzz test: the library alone never ends with it, one of its runs claims 2³⁰ values. */
const ENDLESS_RUN = [
  "UEFSMRUGFYQFFe4CXBVQFaoVUBUAFQQVAAAAUAHAAgAADQEAVQUBBNU/BQcIVeU/CRcA8A0QDPU/q6oBAQD6DRgIAECrAQ8IqgJA",
  "CTAIBUAABQEACA0YAAoNGAANDRgAEA0QABENIAASDRgAFA0YABUNGAAWDRgAGA0YABkNGAAaDRgAHA0YAB0NGAAeDRgAIA0QACAN",
  "IAAhDRgAIg0YACINGAAjDRgAJA0YACQNGAAlDRgAJg0YACYNGAAnDRgAKA0YACgNGCQpQAAAAAAAACpAFQQVFBUYTBUEFQAAAAok",
  "AQAAAHgBAAAAeRUGFRIVFlwVUBUAFVAVEBUEFQAAAFABBxgBC6qqqqqqFQQZPEgEcm9vdBUEABUKJQIYAWEAFQwlAhgEa2luZCUA",
  "ABZQGRwZLCYIHBUKGRUAGRgBYRUCFlAWsgUWnAMmCDw2ACgIAAAAAAAAKkAYCAAAAAAAAACANgAAGRwVBhUAFQIAAAAmpAMcFQwZ",
  "JQAQGRgEa2luZBUCFlAWahZyJtYDJqQDHDYAKAF5GAF4ABksFQQVABUCABUGFRAVAgAAABacBhZQNo4EACgJaHlwYXJxdWV0GSwc",
  "AAAcAAAAvQAAAFBBUjE=",
].join("");

describe("Parquet", () => {
  it("has the content of the same table as CSV", async () => {
    const packed = await folder.import(folder.write("t.parquet", parquet()), { title: "t" });
    const lines = Array.from({ length: 40 }, (_, i) => `${i / 4},${i % 7},${i % 2 === 0 ? "yes" : "no"}`);
    const text = await folder.import(folder.write("t.csv", `a,n,label\n${lines.join("\n")}\n`), {
      title: "t",
    });
    expect(packed.dataset).toEqual(text.dataset);
  });

  it("bad: a file that is none, and one that is cut short", async () => {
    await expect(folder.preview(folder.write("t.parquet", "no parquet at all"))).rejects.toThrow(
      /t\.parquet, byte 13: expected "PAR1"/,
    );
    await expect(folder.preview(folder.write("t.parquet", parquet().subarray(0, 100)))).rejects.toThrow(
      /t\.parquet, byte 96/,
    );
  });

  it("bad: a file whose runs have no end", async () => {
    const bytes = Buffer.from(ENDLESS_RUN, "base64");
    await expect(folder.preview(folder.write("t.parquet", bytes))).rejects.toThrow(
      /t\.parquet, byte 0: expected a sound Parquet file/,
    );
  });

  it.each(["UNCOMPRESSED", "SNAPPY"] as const)(
    "missing values and many repeats are read, %s",
    async (codec) => {
      const writer = new ByteWriter();
      const rows = Array.from({ length: 20_000 }, (_, i) => i);
      void parquetWrite({
        writer,
        codec,
        columnData: [
          { name: "a", data: rows.map((i) => (i % 5 === 0 ? null : i / 4)), type: "DOUBLE", nullable: true },
          { name: "b", data: rows.map((i) => (i % 700 < 650 ? "long" : `r${i % 3}`)), type: "STRING" },
          { name: "label", data: rows.map((i) => i > 12_345), type: "BOOLEAN" },
        ],
      });
      const path = folder.write("t.parquet", new Uint8Array(writer.getBuffer()));
      const preview = await folder.preview(path);
      expect(preview.rows).toBe(20_000);
    },
  );
});
