import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { DataFormatError } from "../../../../src/core/errors.ts";
import { readTable } from "../../../../src/main/data/read-table.ts";
import { temporaryFiles } from "./temporary-files.ts";

const { path, write } = temporaryFiles();
const MOST = 1e5;

async function refusal(name: string, content: Uint8Array | string): Promise<string> {
  const error: unknown = await readTable(await write(name, content), MOST).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DataFormatError);
  return (error as DataFormatError).message;
}
const table = async (content: Uint8Array | string, name = "t.csv") => {
  const { values, ...rest } = await readTable(await write(name, content), MOST);
  return { ...rest, values: [...values] };
};

describe("readTable()", () => {
  it.each([
    ["commas", "1,2\n3,4\n", ",", [1, 2, 3, 4]],
    ["semicolons", "1;2\n3;4\n", ";", [1, 2, 3, 4]],
    ["tabs, and CRLF", "1\t2\r\n3\t4\r\n", "\t", [1, 2, 3, 4]],
    ["semicolons with decimal commas, and a BOM", "\uFEFF0,5;2\n3;-4,25\n", ";", [0.5, 2, 3, -4.25]],
    ["commas with a semicolon in a header's word", '"a;b",c\n1,2\n', ",", [1, 2]],
  ])("fault 39: finds out %s", async (_what, content, separator, values) => {
    const found = await table(content);
    expect(found.values).toEqual(values);
    expect(found.dialect.separator).toBe(separator);
  });

  it("takes a row of words for a header, and a row with a missing number for data", async () => {
    expect(await table("label,p0,p1\n1,2,3\n")).toMatchObject({ header: true, rows: 1, labelColumn: 0 });
    expect(await table("p0,p1,Label\n1,2,3\n")).toMatchObject({ header: true, labelColumn: 2 });
    expect(await table("label,0,1,2,3\n1,2,3,4,5\n")).toMatchObject({ header: true, labelColumn: 0 });
    const missing = { row: 0, column: 1, text: "NA" };
    expect(await table("7,NA,0,0\n1,2,3,4\n")).toMatchObject({
      header: false,
      rows: 2,
      firstMissing: missing,
    });
    expect(await table("1,2\n3,0x10\n")).toMatchObject({ firstMissing: { row: 1, column: 1, text: "0x10" } });
    expect(await table("1,2\n")).toMatchObject({ firstMissing: null, labelColumn: null });
  });

  it("case 33: refuses a .csv.gz that is no gzip, is cut short, damaged, or has more behind it", async () => {
    expect(await refusal("plain.csv.gz", "1,2\n")).toContain("expected gzip data, as the name says");
    const packed = gzipSync(Array.from({ length: 5_000 }, (_, i) => `${i},${i * 7}\n`).join(""));
    for (const length of [3, 20, packed.length >> 1, packed.length - 1]) {
      expect(await refusal("cut.csv.gz", packed.subarray(0, length))).toContain("ends early");
    }
    const damaged = Buffer.from(packed);
    damaged.fill(0xff, 500, 600);
    expect(await refusal("damaged.csv.gz", damaged)).toMatch(/expected/);
    expect(await refusal("more.csv.gz", Buffer.concat([packed, Buffer.from("more")]))).toContain(
      "more bytes",
    );
    expect(await table(packed, "sound.csv.gz")).toMatchObject({ rows: 5_000, columns: 2 });
    expect(await table(packed, "sound.csv")).toMatchObject({ rows: 5_000 });
  });

  it("fault 31: stops at a bomb, at a line without an end, and at too many values", async () => {
    expect(await refusal("line.csv.gz", gzipSync(Buffer.alloc(20e6, "1")))).toContain("Max Record Size");
    expect(await refusal("empty.csv.gz", gzipSync(Buffer.alloc(20e6, "\n")))).toMatch(
      /packed ones, got more/,
    );
    expect(await refusal("many.csv", "1,2\n".repeat(50_001))).toContain(
      "at most 1000000 rows and 100000 values",
    );
  });

  it("names the row of another length, a text that is none, and what is no table", async () => {
    expect(await refusal("short.csv", "1,2\n3\n")).toContain("row 2: expected 2 values, got 1");
    expect(await refusal("utf16.csv", Buffer.from("1,2\n", "utf16le"))).toContain(
      "save the table as CSV in UTF-8",
    );
    expect(await refusal("empty.csv", "")).toContain("at least one row");
    expect(await refusal("header.csv", "label,p0\n")).toContain("at least one row");
    await expect(readTable(path("."), MOST)).rejects.toThrow("got a folder");
    await expect(readTable("/dev/zero", MOST)).rejects.toThrow("got a device or pipe");
  });
});
