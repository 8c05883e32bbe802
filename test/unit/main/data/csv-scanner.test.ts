import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CsvScanner, type CsvBeginning, type CsvFields } from "../../../../src/main/data/csv-scanner.ts";
import { numberOfBytes } from "../../../../src/main/data/number-of-bytes.ts";

/** All records of a text that comes in pieces of some bytes. */
function scan(text: string, separator: string, pieceBytes: number, beginning: CsvBeginning = {}): string[][] {
  const records: string[][] = [];
  const onRecord = ({ bytes, count, starts, ends, quoted }: CsvFields): void => {
    records.push(
      Array.from({ length: count }, (_, i) => {
        const field = bytes.toString("utf8", starts[i], ends[i]);
        return quoted[i] === 1 ? field.replaceAll('""', '"') : field;
      }),
    );
  };
  const scanner = new CsvScanner("t.csv", separator, onRecord, beginning);
  const bytes = Buffer.from(text, "utf8");
  for (let at = 0; at < bytes.length; at += pieceBytes) scanner.push(bytes.subarray(at, at + pieceBytes));
  scanner.end();
  return records;
}

const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;

describe("CsvScanner", () => {
  it("counts the line ends inside of quotes, of every kind", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      for (const pieceBytes of [1, 100]) {
        const lines: number[] = [];
        const scanner = new CsvScanner("t.csv", ",", ({ line }) => lines.push(line));
        const bytes = Buffer.from(`a,b${end}"1${end}${end}2",x${end}3,4${end}`);
        for (let at = 0; at < bytes.length; at += pieceBytes)
          scanner.push(bytes.subarray(at, at + pieceBytes));
        scanner.end();
        expect(lines).toEqual([1, 2, 5]);
      }
    }
  });

  it("finds the fields that csv-parse finds, however the bytes come in", () => {
    const field = fc.oneof(
      fc.stringMatching(/^[a-z0-9äö.-]{0,6}$/).map((text) => ({ text, written: text })),
      fc.string({ maxLength: 6 }).map((text) => ({ text, written: quoted(text) })),
      fc.constantFrom("a\nb", 'say "x"', ",", ";", "\r\n").map((text) => ({ text, written: quoted(text) })),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(",", ";", "\t", "|"),
        fc.constantFrom("\n", "\r\n"),
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        (separator, lineEnd, endsWithLine, pieceBytes, rows) => {
          const text =
            rows.map((row) => row.map(({ written }) => written).join(separator)).join(lineEnd) +
            (endsWithLine ? lineEnd : "");
          const found = scan(text, separator, pieceBytes);
          expect(found).toEqual(rows.map((row) => row.map(({ text: own }) => own)));
          const oracle: string[][] = parse(text, { delimiter: separator, relax_column_count: true });
          expect(found).toEqual(oracle);
        },
      ),
      { numRuns: 400 },
    );
  });

  it("takes any number of blanks and tabs for one separator, and none at a line's ends", () => {
    const field = fc.oneof(
      fc.stringMatching(/^[a-z0-9äö.,;-][a-z0-9ä.,;#-]{0,5}$/).map((text) => ({ text, written: text })),
      fc.string({ maxLength: 6 }).map((text) => ({ text, written: quoted(text) })),
    );
    const blank = fc.stringMatching(/^[ \t]{1,3}$/);
    const edge = fc.stringMatching(/^[ \t]{0,2}$/);
    fc.assert(
      fc.property(
        fc.constantFrom("\n", "\r\n", "\r"),
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.tuple(edge, fc.array(fc.tuple(field, blank), { minLength: 2, maxLength: 4 })), {
          minLength: 1,
          maxLength: 6,
        }),
        (lineEnd, endsWithLine, pieceBytes, rows) => {
          const line = ([before, row]: (typeof rows)[number]): string =>
            before + row.map(([{ written }, behind]) => written + behind).join("");
          const text = rows.map(line).join(lineEnd) + (endsWithLine ? lineEnd : "");
          const wanted = rows.map(([, row]) => row.map(([own]) => own.text));
          expect(scan(text, " ", pieceBytes)).toEqual(wanted);
          const begun = `sep\r\n# "a comment\n#${text}`;
          expect(scan(begun, " ", pieceBytes, { skipLines: 2, header: true })).toEqual(wanted);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("passes over lines before the table, counts them, and over the mark of a header in a comment", () => {
    const lines: number[] = [];
    const first: string[] = [];
    const onRecord = ({ bytes, line, starts, ends }: CsvFields): void => {
      lines.push(line);
      first.push(bytes.toString("utf8", starts[0], ends[0]));
    };
    const scanner = new CsvScanner("t.csv", ",", onRecord, { skipLines: 2, header: true });
    scanner.push(Buffer.from("# by\r\n#\n# a,b\n#1,2\n"));
    scanner.end();
    expect([lines, first]).toEqual([
      [3, 4],
      ["a", "#1"],
    ]);
  });

  it("says the line of a record and passes over empty lines", () => {
    const lines: number[] = [];
    const scanner = new CsvScanner("t.csv", ",", ({ line }) => lines.push(line));
    scanner.push(Buffer.from('a,b\n\n"x\ny",1\n\r\n2,3'));
    scanner.end();
    expect(lines).toEqual([1, 3, 6]);
  });

  it("stops at a record without an end", () => {
    const scanner = new CsvScanner("t.csv", ",", () => undefined);
    const push = (): void => {
      for (let i = 0; i < 20; i++) scanner.push(Buffer.alloc(1 << 20, '"a,'));
    };
    expect(push).toThrow(/t\.csv, line 1: expected/);
  });
});

describe("numberOfBytes()", () => {
  const read = (text: string, comma = false): number => {
    const bytes = Buffer.from(`x${text}y`);
    return numberOfBytes(bytes, 1, bytes.length - 1, comma);
  };

  it("rounds as the runtime does", () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: 0, max: 17 }),
        (value, digits) => {
          for (const text of [
            String(value),
            value.toExponential(),
            Math.abs(value) < 1e15 ? value.toFixed(digits) : "0",
          ]) {
            expect(read(text)).toBe(Number(text));
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each(["", " ", "abc", "0x10", "1.2.3", "Infinity", "--1", "1e", ".", "+", "1,5"])(
    "%j is no number",
    (text) => {
      expect(read(text)).toBeNaN();
    },
  );

  it("reads decimal commas where they are", () => {
    expect(read("-0,25", true)).toBe(-0.25);
    expect(read("1,5e3", true)).toBe(1_500);
    // A thousand, not a little more than one.
    expect(read("1.234", true)).toBeNaN();
  });
});
