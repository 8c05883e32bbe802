import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { toCsv, toTsv } from "../../../../src/renderer/format/delimited-text.ts";

const table = {
  columns: ["name", "value"],
  rows: [
    ['a "quoted", b', 0.1],
    ["two\nlines", 1e-9],
  ],
};

describe("toCsv()", () => {
  it("reads back as it was", () => {
    expect(parse(toCsv(table))).toEqual([
      ["name", "value"],
      ['a "quoted", b', "0.1"],
      ["two\nlines", "1e-9"],
    ]);
  });

  it("disarms texts that a spreadsheet would run, and leaves negative numbers alone", () => {
    expect(toCsv({ columns: ["x"], rows: [["=1+1"], [-2]] })).toBe("x\r\n'=1+1\r\n-2\r\n");
  });
});

describe("toTsv()", () => {
  it("keeps one line a row", () => {
    expect(toTsv(table).split("\n")).toEqual(["name\tvalue", 'a "quoted", b\t0.1', "two lines\t1e-9"]);
  });
});
