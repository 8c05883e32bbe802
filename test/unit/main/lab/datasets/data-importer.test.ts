import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { encode as encodeJpeg } from "jpeg-js";
import { PNG } from "pngjs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { planProblems } from "../../../../../src/shared/experiments/data-import.ts";
import { idxBytes, ImportFolder, npyBytes } from "./import-folder.ts";
import { storedZip } from "./stored-zip.ts";

let folder: ImportFolder;
beforeEach(() => {
  folder = new ImportFolder();
});
afterEach(() => folder.remove());

const FLOWERS = `sepal length,sepal width,colour,species
${Array.from({ length: 60 }, (_, i) => `${(4 + (i % 3) + i / 100).toFixed(2)},${(3 - (i % 3) / 10).toFixed(1)},${["red", "blue"][i % 2]},${["setosa", "versicolor", "virginica"][i % 3]}`).join("\n")}
`;
const bytesOf = (values: Float64Array | Float32Array | BigInt64Array | Int16Array): Uint8Array =>
  new Uint8Array(values.buffer);
const png = (side: number, colour: readonly [number, number, number], height = side): Uint8Array => {
  const image = new PNG({ width: side, height });
  for (let i = 0; i < side * height; i++) image.data.set([...colour, 255], 4 * i);
  return new Uint8Array(PNG.sync.write(image));
};
const ROWS = Array.from({ length: 40 }, (_, i) => i);

describe("a table of text", () => {
  it("is understood: names, numbers, a category one-hot, the label by its name; classes stratified", async () => {
    const preview = await folder.preview(folder.write("flowers.csv", FLOWERS));
    expect(preview.dialect).toEqual({ separator: ",", decimalComma: false, header: true, encoding: "utf-8" });
    expect(preview.plan.columns).toEqual([
      { role: "feature", kind: "number" },
      { role: "feature", kind: "number" },
      { role: "feature", kind: "category" },
      { role: "label", kind: "category" },
    ]);
    expect(planProblems(preview, preview.plan)).toEqual([]);
    const stored = await folder.accept(preview.plan);
    const { dataset } = stored;
    expect(dataset.featureNames).toEqual(["sepal length", "sepal width", "colour = blue", "colour = red"]);
    expect(dataset.target).toEqual({ kind: "classes", names: ["setosa", "versicolor", "virginica"] });
    expect([dataset.trainRows, dataset.validRows, dataset.testRows]).toEqual([42, 9, 9]);
    const source = folder.source(stored);
    for (const [first, count] of [
      [0, 42],
      [42, 9],
      [51, 9],
    ] as const) {
      const labels = await source.targets(first, count);
      for (const label of [0, 1, 2]) expect(labels.filter((one) => one === label)).toHaveLength(count / 3);
    }
    expect(folder.left()).toEqual([dataset.id]);
  });

  it("is normalised by its training rows only", async () => {
    const path = folder.write("n.csv", `a,b,y\n${ROWS.map((i) => `${i},5,${i % 2}`).join("\n")}\n`);
    const stored = await folder.import(path, { split: { by: "order", validShare: 0.25, testShare: 0.25 } });
    // a is 0 … 19 in the training rows: mean 9.5, variance (20² − 1) / 12; b is constant and stays where it is.
    expect(stored.scaling.offsets).toEqual([9.5, 5]);
    expect(stored.scaling.scales[0]).toBeCloseTo(1 / Math.sqrt(399 / 12), 12);
    expect(stored.scaling.scales[1]).toBe(1);
    const unit = await folder.import(path, {
      normalisation: "unit",
      split: { by: "order", validShare: 0.25, testShare: 0.25 },
    });
    expect(unit.scaling).toEqual({ offsets: [0, 5], scales: [1 / 19, 1] });
    const global = await folder.import(path, {
      normalisation: "global",
      split: { by: "order", validShare: 0.25, testShare: 0.25 },
    });
    expect(global.scaling.offsets).toEqual([7.25]);
    expect(unit.dataset.contentHash).not.toBe(stored.dataset.contentHash);
  });

  it("fault 39: has the same content however it is written: separators, quotes, encodings, gzip, decimal commas", async () => {
    const table = (separator: string, number: (value: number) => string, quote = ""): string =>
      [["größe", "y"], ...ROWS.map((i) => [number(i / 4), ["ä", "b"][i % 2] ?? ""])]
        .map((row) => row.map((field) => `${quote}${field}${quote}`).join(separator))
        .join("\r\n");
    const plain = (value: number): string => value.toFixed(2);
    const comma = (value: number): string => value.toFixed(2).replace(".", ",");
    const utf16 = (text: string, mark: number[]): Uint8Array =>
      new Uint8Array(Buffer.concat([Buffer.from(mark), Buffer.from(text, "utf16le")]));
    const written: readonly (readonly [string, string | Uint8Array])[] = [
      ["t.csv", table(",", plain)],
      ["t.csv", table(",", plain, '"')],
      ["t.csv", table(";", comma)],
      ["t.tsv", table("\t", comma)],
      ["t.csv", table("|", plain)],
      ["t.csv", utf16(table(",", plain), [0xff, 0xfe])],
      ["t.csv", utf16(table(",", plain), [0xff, 0xfe]).subarray(2)],
      [
        "t.csv",
        new Uint8Array(
          Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(table(",", plain), "utf16le").swap16()]),
        ),
      ],
      ["t.csv", new Uint8Array(Buffer.from(table(",", plain), "latin1"))],
      ["t.csv.gz", new Uint8Array(gzipSync(table(",", plain)))],
      ["t.csv", `\uFEFF${table(",", plain)}`],
    ];
    const hashes = new Set<string>();
    for (const [name, content] of written) {
      const { dataset } = await folder.import(folder.write(name, content), { title: "t" });
      hashes.add(dataset.contentHash);
      expect(dataset.featureNames).toEqual(["größe"]);
    }
    expect(hashes.size).toBe(1);
  });

  it.each([
    ["numpy.savetxt", "# a b y\n", "1.5e+00 2 0\n-2.25e-01 3 1\n", " ", 0, ["a", "b"], ["1.5e+00", "2", "0"]],
    ["numpy.savetxt without names", "", "1.5 2 0\n-0.25 3 1\n", " ", 0, null, ["1.5", "2", "0"]],
    ["columns of one width", "", "  1.5   2.0  0\r\n -0.25 13.0  1 \r\n", " ", 0, null, ["1.5", "2.0", "0"]],
    ["tabs given twice", "", "1.5\t\t2\t0\n-0.25\t3\t1\n", " ", 0, null, ["1.5", "2", "0"]],
    ["names in quotes", "", '1.5 2 "a b"\n-0.25 3 "c \t d"\n', " ", 0, null, ["1.5", "2", "a b"]],
    ["Excel, by tabs", "sep=\t\r\n", "1.5\t2\t0\r\n-1\t3\t1\r\n", "\t", 1, null, ["1.5", "2", "0"]],
    ["Excel", "sep=;\na;b;y\n", "1.5;2;0\n-0.25;3;1\n", ";", 1, ["a", "b"], ["1.5", "2", "0"]],
    ["comments", '# by, whom, when, "where\n#\na,b,y\n', "1.5,2,0\n", ",", 2, ["a", "b"], ["1.5", "2", "0"]],
    ["a header in a comment", "# by\n## a,b,y\n", "1.5,2,0\n-1,3,1\n", ",", 1, ["a", "b"], ["1.5", "2", "0"]],
    ["colours", "", "#ff0000,2,0\n#00ff00,3,1\n", ",", 0, null, ["#ff0000", "2", "0"]],
    ["a name with a mark", "#a,b,y\n", "1.5,2,0\n-1,3,1\n", ",", 0, ["#a", "b"], ["1.5", "2", "0"]],
    ["years", "1990,1995,2000\n", "7,2000.5,0\n-3.5,1,1\n", ",", 0, ["1990", "1995"], ["7", "2000.5", "0"]],
    ["the World Bank", "name,1990,1991\n", "A,1,2\nB,3,4\n", ",", 0, ["name", "1990"], ["A", "1", "2"]],
    ["pandas without names", "0,1,2,3\n", "0,5,6,1\n9,1,8,0\n", ",", 0, ["0", "1"], ["0", "5", "6", "1"]],
    ["rows that count", "", "0,1,2\n3,4,5\n", ",", 0, null, ["0", "1", "2"]],
    ["ratings", "", "1,2,3\n1,5,2\n", ",", 0, null, ["1", "2", "3"]],
    ["sums, the first of which counts", "1,2,3\n", "3,4,7\n5,6,11\n", ",", 0, null, ["1", "2", "3"]],
    ["numbers of years", "", "1990,2000\n1991,2001\n", ",", 0, null, ["1990", "2000"]],
    ["names of two words", "city\n", "New York\nLos Angeles\n", ",", 0, ["city"], ["New York"]],
  ] as const)(
    "is understood as %s have it",
    async (_, before, rows, separator, skipLines, names, firstRow) => {
      const preview = await folder.preview(folder.write("t.txt", before + rows.repeat(10)));
      const { dialect, columns, sample } = preview;
      const header = names !== null;
      expect(dialect).toMatchObject({ separator, header });
      expect(dialect?.skipLines ?? 0).toBe(skipLines);
      expect(columns).toHaveLength(firstRow.length);
      if (header) expect(columns.slice(0, 2).map(({ name }) => name)).toEqual(names);
      expect(sample[0]).toEqual(firstRow);
    },
  );

  it("does not take thousands for decimals, and looks for decimal commas further down than for columns", async () => {
    const table = (number: (i: number) => string, other: (i: number) => string): string =>
      `a;b;y\n${ROWS.map((i) => `${number(i)};${other(i)};${i % 2}`).join("\n")}\n`;
    for (const [number, other, decimalComma] of [
      [(i: number) => `${i + 1},234`, (i: number) => `${i}.5`, false],
      [(i: number) => `${i + 1}.234`, (i: number) => `${i},5`, true],
    ] as const) {
      const preview = await folder.preview(folder.write("t.csv", table(number, other)));
      expect(preview.dialect?.decimalComma).toBe(decimalComma);
      expect(preview.columns[1]).toMatchObject({ min: 0.5, max: 39.5 });
      expect(planProblems(preview, preview.plan).join()).toMatch(
        /column 1 \("a"\) has 40 fields that are no numbers, the first in line 2, which holds "1.234": mend the file/,
      );
    }
    const late = await folder.preview(
      folder.write(
        "late.csv",
        table(
          (i) => (i < 30 ? `${i}` : `${i},5`),
          (i) => `${i}`,
        ),
      ),
    );
    expect(late.columns[0]).toMatchObject({ numbers: 40, max: 39.5 });
    const exponents = table(
      (i) => `${i + 1},5e+02`,
      (i) => `${i}`,
    );
    const powers = await folder.preview(folder.write("e.csv", exponents));
    expect(powers.columns[0]).toMatchObject({ numbers: 40, max: 4_050 });
  });

  it("is said to be rounded where float32 holds few of a column's steps", async () => {
    const notes = async (first: number): Promise<string> => {
      const path = folder.write(
        "s.csv",
        `t,y\n${ROWS.map((i) => `${first + 10 * i},${i % 2}`).join("\n")}\n`,
      );
      return (await folder.preview(path)).notes.join();
    };
    expect(await notes(1_700_000_000)).toContain(
      '"t", from 1700000000 to 1700000390, is rounded to steps of 128 as float32: subtract a constant first',
    );
    expect(await notes(1_700)).not.toContain("float32");
  });

  it("has a header also where a name comes twice", async () => {
    const path = folder.write("d.csv", `a,a,y\n${ROWS.map((i) => `${i},${2 * i},${i % 2}`).join("\n")}\n`);
    const { columns, rows } = await folder.preview(path);
    expect([rows, ...columns.map(({ name }) => name)]).toEqual([40, "a", "a (2)", "y"]);
    const own = folder.write(
      "o.csv",
      `a,a,a (2),,column 4,y\n${ROWS.map((i) => `${i},1,2,3,4,${i % 2}`).join("\n")}\n`,
    );
    const names = (await folder.preview(own, { header: true })).columns.map(({ name }) => name);
    expect(names).toEqual(["a", "a (3)", "a (2)", "column 4", "column 4 (2)", "y"]);
  });

  it("tells keys apart that float64 rounds to one number", async () => {
    const keys = ["1152921504606846977", "1152921504606846978", "1152921504606846979"];
    const lines = ROWS.map((i) => `${keys[i % 3] ?? ""},${i},${keys[i % 2] ?? ""}`);
    const path = folder.write("keys.csv", `key,a,class\n${lines.join("\n")}\n`);
    const { columns, notes } = await folder.preview(path);
    expect(columns.map(({ distinct }) => distinct)).toEqual([3, 40, 2]);
    expect(notes.join()).toMatch(/"key", from .* is rounded to steps of 137438953472 as float32/);
    const { dataset } = await folder.import(path, {
      target: "classes",
      columns: [
        { role: "feature", kind: "category" },
        { role: "feature", kind: "number" },
        { role: "label", kind: "category" },
      ],
    });
    expect(dataset.featureNames).toEqual([...keys.map((key) => `key = ${key}`), "a"]);
    expect(dataset.target).toMatchObject({ names: keys.slice(0, 2) });
  });

  it("keeps a column of numbers one where some are missing or mistyped", async () => {
    const of = async (odd: string): Promise<string> => {
      const path = folder.write(
        "k.csv",
        `a,y\n${ROWS.map((i) => `${i === 7 ? odd : i / 4},${i % 2}`).join("\n")}\n`,
      );
      const preview = await folder.preview(path);
      expect(preview.plan.columns[0]).toEqual({ role: "feature", kind: "number" });
      return planProblems(preview, preview.plan).join();
    };
    for (const missing of ["<NA>", ".", "-nan", "--", "N.A.", "#N/A"]) {
      expect(await of(missing)).toMatch(/column 1 \("a"\) misses 1 field, the first in line 9/);
    }
    expect(await of("1o")).toMatch(/1 field that is no number, the first in line 9, which holds "1o"/);
    expect(await of("1e39")).toMatch(/1 infinite value, .* which holds "1e39": expected finite .*3\.4e38/);
  });

  it("has numbers with a minus sign, and in quotes inside of quotes", async () => {
    for (const written of [
      (i: number) => `\u22121.${i}`,
      (i: number) => `"""-1.${i}"""`,
      (i: number) => `'-1.${i}'`,
    ]) {
      const text = `a,y\n${ROWS.map((i) => `${written(i)},${i % 2}`).join("\n")}\n`;
      const { columns, dialect } = await folder.preview(folder.write("m.csv", text));
      expect(dialect?.header).toBe(true);
      expect(columns[0]).toMatchObject({ numbers: 40, words: 0, min: -1.9, max: -1 });
    }
    const powers = `a;y\n${ROWS.map((i) => `\u22121,5e\u2212${i};${i % 2}`).join("\n")}\n`;
    const { columns } = await folder.preview(folder.write("p.csv", powers));
    expect(columns[0]).toMatchObject({ numbers: 40, min: -1.5, max: -1.5e-39 });
  });

  it("says which columns may be numbers in forms that are not read", async () => {
    const rows = ROWS.map((i) => `0x1${(i % 5).toString(16)},1_00${i % 3},12 %,${i},${i % 2}`);
    const { notes, plan } = await folder.preview(
      folder.write("f.csv", `hex,grouped,share,plain,y\n${rows.join("\n")}\n`),
    );
    expect(plan.columns.map(({ kind }) => kind).slice(0, 4)).toEqual([
      "category",
      "category",
      "category",
      "number",
    ]);
    expect(notes.join("\n")).toMatch(
      /"hex" is taken as text: "0x10" is read as no number; .*\n"grouped" .* "1_000" .*\n"share" .* "12 %" [^\n]*$/,
    );
  });

  it("tells codes with zeros before them apart, also for new rows", async () => {
    const codes = ["01", "1", "10"];
    const path = folder.write(
      "c.csv",
      `a,class\n${ROWS.map((i) => `${i},${codes[i % 3] ?? ""}`).join("\n")}\n`,
    );
    const { dataset } = await folder.import(path);
    expect(dataset.target.names).toEqual(codes);
  });

  it("may have comments between its rows and below them, and says so", async () => {
    const rows = ROWS.map((i) => `${i},${i % 2}`);
    const text = ["a,y", ...rows.slice(0, 5), "# second day", ...rows.slice(5), "# end", "#"].join("\n");
    const { notes, rows: found } = await folder.preview(folder.write("e.csv", text));
    expect(found).toBe(40);
    expect(notes.join()).toContain("3 comments between the rows or below them are passed over");
    await expect(folder.preview(folder.write("f.csv", `${text}\nend\n`))).rejects.toThrow(
      /line 45: expected 2 values/,
    );
  });

  it("of one column has nothing to learn from, and it is said", async () => {
    const preview = await folder.preview(
      folder.write("one.csv", `text\n${ROWS.map((i) => `a word ${i}`).join("\n")}\n`),
    );
    expect(planProblems(preview, preview.plan)).toEqual([
      "the table has one column only: expected one to predict and at least one to learn from; if its values are parted by something else than commas, say by what",
    ]);
  });

  it("takes quoted separators, quotes and new lines inside fields", async () => {
    const lines = ROWS.map((i) => `"a, ""b""\nc${i % 2}",${i}`).join("\n");
    const preview = await folder.preview(folder.write("q.csv", `name,n\n${lines}\n`));
    expect(preview.rows).toBe(40);
    expect(preview.sample[0]?.[0]).toBe('a, "b"\nc0');
    expect(preview.columns[0]?.distinct).toBe(2);
  });

  it("can leave rows with missing values out, or fill them with the mean of the training rows", async () => {
    const path = folder.write(
      "m.csv",
      `a,y\n${ROWS.map((i) => `${i % 4 === 1 ? "NA" : i},${i % 2}`).join("\n")}\n`,
    );
    const preview = await folder.preview(path);
    expect(planProblems(preview, preview.plan)[0]).toMatch(
      /column 1 \("a"\) misses 10 fields, the first in line 3, which holds "NA"/,
    );
    const dropped = await folder.accept({ ...preview.plan, missing: "drop" });
    expect(dropped.dataset.trainRows + dropped.dataset.validRows + dropped.dataset.testRows).toBe(30);
    const filled = await folder.import(path, {
      missing: "mean",
      split: { by: "order", validShare: 0, testShare: 0.5 },
    });
    const values = await folder.source(filled).features(0, 40);
    const present = ROWS.slice(0, 20).filter((i) => i % 4 !== 1);
    const mean = present.reduce((sum, i) => sum + i, 0) / present.length;
    expect(values[1]).toBeCloseTo(mean, 5);
    // In a test row too, by the training rows' mean.
    expect(values[37]).toBeCloseTo(mean, 5);
    expect(filled.recipe?.fills[0]).toBeCloseTo(mean, 12);
  });

  it("is split by a column, or as its rows come", async () => {
    const path = folder.write(
      "s.csv",
      `a,part,y\n${ROWS.map((i) => `${i},${i < 5 ? "test" : i < 10 ? "val" : "train"},${i % 2}`).join("\n")}\n`,
    );
    const preview = await folder.preview(path);
    expect(preview.plan.split).toEqual({ by: "column" });
    const { dataset } = await folder.accept(preview.plan);
    expect([dataset.trainRows, dataset.validRows, dataset.testRows]).toEqual([30, 5, 5]);
    const byOrder = await folder.import(path, { split: { by: "order", validShare: 0.25, testShare: 0.25 } });
    expect([...(await folder.source(byOrder).features(30, 10))]).toEqual(ROWS.slice(30));
  });

  it("becomes a regression whose numbers are standardised by the training rows", async () => {
    const path = folder.write(
      "house.csv",
      `rooms,price\n${ROWS.map((i) => `${(i * 7) % 11},${100_000 + 2_500.5 * i}`).join("\n")}\n`,
    );
    const preview = await folder.preview(path);
    expect(preview.plan.target).toBe("numbers");
    const { dataset } = await folder.accept({
      ...preview.plan,
      split: { by: "order", validShare: 0, testShare: 0 },
    });
    expect(dataset.target.kind === "numbers" && dataset.target.offsets[0]).toBeCloseTo(
      100_000 + 2_500.5 * 19.5,
      2,
    );
  });

  it("of several files is one set, if their columns are the same", async () => {
    const whole = await folder.import(folder.write("whole.csv", FLOWERS), { title: "t" });
    const [head = "", ...lines] = FLOWERS.trim().split("\n");
    const parts = [lines.slice(0, 25), lines.slice(25)].map((part, i) =>
      folder.write(`part${i}.csv`, `${head}\n${part.join("\n")}\n`),
    );
    expect((await folder.import(parts, { title: "t" })).dataset.contentHash).toBe(whole.dataset.contentHash);
    const other = folder.write("other.csv", "a,b\n1,2\n");
    await expect(folder.preview([...parts, other])).rejects.toThrow(
      /other\.csv, line 1: expected the columns of .*part0\.csv, got a, b/,
    );
  });
});

describe("bad tables: each a clear error, and nothing is left", () => {
  const lines = (row: (i: number) => string, header = "a,b,y"): string =>
    `${header}\n${ROWS.map(row).join("\n")}\n`;
  it.each<readonly [string, string, string | Uint8Array, RegExp]>([
    ["an empty file", "e.csv", "", /e\.csv, byte 0: expected a table, got an empty file/],
    ["blanks only", "e.csv", "  \n \n", /expected a table, got an empty file/],
    [
      "a .gz that is none",
      "g.csv.gz",
      "a,b\n1,2\n",
      /g\.csv\.gz, byte 0: expected gzip data, as the name says/,
    ],
    [
      "a .gz that is cut short",
      "g.csv.gz",
      new Uint8Array(gzipSync("a,b\n1,2\n".repeat(500)).subarray(0, 30)),
      /the compressed file ends early/,
    ],
    [
      "a gzip bomb",
      "bomb.csv.gz",
      new Uint8Array(gzipSync(Buffer.alloc(64 << 20, "1,2,3\n"))),
      /bomb\.csv\.gz, byte \d+: expected at most \d+ bytes of/,
    ],
    [
      "a file that is no text",
      "x.csv",
      new Uint8Array([1, 0, 0, 2, 0, 5, 0, 0]),
      /expected text in UTF-8, UTF-16 or Latin-1/,
    ],
    [
      "rows of different lengths",
      "r.csv",
      `${lines((i) => `${i},1,${i % 2}`)}1,2\n`,
      /r\.csv, line 42: expected 3 values, got 2/,
    ],
    [
      "mixed separators",
      "s.csv",
      `a,b,y\n1,2,0\n3;4;1\n${"1,2,0\n".repeat(30)}`,
      /line 3: expected 3 values, got 1: are the values parted by commas\?/,
    ],
    [
      "a quote that is never closed",
      "q.csv",
      `a,y\n1,0\n"2,1\n3,0\n`,
      /q\.csv, line 3: expected a closing quote, got the end of the file/,
    ],
    [
      "something behind a closing quote",
      "q.csv",
      `a,y\n"1"x,0\n2,1\n`,
      /line 2: expected a separator or the line's end behind a closing quote, in column 1/,
    ],
    ["100,001 columns", "w.csv", `${"1,".repeat(100_000)}1\n`, /expected at most 100000 columns/],
  ])("%s", async (_what, name, content, message) => {
    await expect(folder.preview(folder.write(name, content))).rejects.toThrow(message);
    expect(folder.left()).toEqual([]);
  });

  it.each<readonly [string, string, RegExp]>([
    ["a header only", "a,b,y\n", /there are no rows: expected at least 2/],
    ["one row", "a,b,y\n1,2,0\n", /there is one row/],
    ["one class", lines((i) => `${i},1,yes`), /column 3 \("y"\) holds one class only, "yes"/],
    ["constant columns", lines((i) => `1,2,${i % 2}`), /every feature holds the same value in all rows/],
    [
      "NaN",
      lines((i) => `${i === 6 ? "nan" : i},1,${i % 2}`),
      /column 1 \("a"\) misses 1 field, the first in line 8, which holds "nan"/,
    ],
    [
      "infinities",
      lines((i) => `${i === 6 ? "-inf" : i},1,${i % 2}`),
      /1 infinite value, the first in line 8, which holds "-inf": expected finite/,
    ],
    [
      "numbers with a word among them",
      lines((i) => `${i === 6 ? "12 cm" : i * 1000.5 + (i % 7)},1,${i % 2}`).replace(
        "y\n",
        "y\n" + Array.from({ length: 2_000 }, (_, i) => `${i}.5,${i % 3},1`).join("\n") + "\n",
      ),
      /column 1 \("a"\) has 1 field that is no number, the first in line 2008, which holds "12 cm"/,
    ],
    [
      "a label with too many classes",
      lines((i) => `${i},1,x`).replace(
        "x\n",
        Array.from({ length: 1_100 }, (_, i) => `word${i}\n1,2,`).join("") + "x\n",
      ),
      /column 3 \("y"\) has more than 1,000 different values: too many for classes/,
    ],
    [
      "labels that are missing",
      lines((i) => `${i},1,${i === 3 ? "" : i % 2}`),
      /column 3 \("y"\) misses 1 field, the first in line 5/,
    ],
  ])("%s", async (_what, content, message) => {
    const preview = await folder.preview(folder.write("t.csv", content));
    expect(planProblems(preview, preview.plan).join("\n")).toMatch(message);
    await expect(folder.accept(preview.plan)).rejects.toThrow(/cannot be taken/);
    expect(folder.left()).toEqual([]);
  });

  it("labels with blanks around them are one class", async () => {
    const { columns } = await folder.preview(
      folder.write(
        "b.csv",
        lines((i) => `${i},1,${i % 2 === 0 ? " yes " : i % 4 === 1 ? "no" : "no "}`),
      ),
    );
    expect(columns[2]?.frequent.map(({ value }) => value).sort()).toEqual(["no", "yes"]);
  });

  it("a split column that says something else names its line", async () => {
    const path = folder.write(
      "s.csv",
      lines((i) => `${i},${i === 4 ? "later" : "train"},${i % 2}`),
    );
    const { plan } = await folder.preview(path);
    const columns = plan.columns.map((choice, index) =>
      index === 1 ? { ...choice, role: "split" as const } : choice,
    );
    await expect(folder.accept({ ...plan, columns, split: { by: "column" } })).rejects.toThrow(
      /line 6, column 2: expected train, valid or test, got "later"/,
    );
    expect(folder.left()).toEqual([]);
  });

  it("bytes that are no UTF-8 behind the beginning are named with line and column", async () => {
    const long = lines((i) => `${i},1,${i % 2 === 0 ? "yes" : "no"}`).repeat(1);
    const content = Buffer.concat([
      Buffer.from(`${long}${"1,1,yes\n".repeat(60_000)}`),
      Buffer.from([0x31, 0x2c, 0x31, 0x2c, 0xff, 0x0a]),
    ]);
    await expect(folder.preview(folder.write("u.csv", content))).rejects.toThrow(
      /line 60042, column 3: expected text in UTF-8/,
    );
  });

  it("a file that changes between preview and import is refused", async () => {
    const path = folder.write("c.csv", FLOWERS);
    const { plan } = await folder.preview(path);
    appendFileSync(path, "9,9,red,setosa\n");
    await expect(folder.accept(plan)).rejects.toThrow(
      /c\.csv, byte 0: expected the file that was previewed, got another/,
    );
    expect(folder.left()).toEqual([]);
  });

  it("leaves what was previewed before, to be taken, as the window goes on showing it", async () => {
    const { plan } = await folder.preview(folder.write("f.csv", FLOWERS));
    await expect(folder.preview(folder.write("bad.csv", "a,b\n1,2,3\n"))).rejects.toThrow(
      /expected 2 values/,
    );
    expect((await folder.accept(plan)).files).toEqual(["f.csv"]);
  });

  it("a cancelled import leaves nothing, wherever it is cancelled, and can be taken again", async () => {
    const path = folder.write("c.csv", FLOWERS);
    const { plan } = await folder.preview(path);
    for (let at = 0; ; at++) {
      let left = at;
      const checkpoint = (): void => {
        if (left-- === 0) throw new Error("cancelled");
      };
      const done = await folder.accept(plan, checkpoint).then(
        () => true,
        (error: unknown) => {
          expect(String(error)).toMatch(/cancelled/);
          return false;
        },
      );
      if (done) {
        expect(at).toBeGreaterThan(4);
        break;
      }
      expect(folder.left()).toEqual([]);
    }
    expect(folder.left()).toHaveLength(1);
  });

  it("asks at least every 256 KiB while it reads, and between any two steps afterwards, whether it is cancelled", async () => {
    const rows = 40_000;
    const line = (i: number): string =>
      `${(i % 997) / 8},${(i % 13) * 1.5},${["a", "b", "c"][i % 3] ?? ""}\n`;
    const text = `x,y,kind\n${Array.from({ length: rows }, (_, i) => line(i)).join("")}`;
    const path = folder.write("long.csv", text);
    let [asked, largestStep, share] = [0, 0, 0];
    const watch = {
      checkpoint: () => {
        asked++;
      },
      progress: (now: number) => {
        largestStep = Math.max(largestStep, now - share);
        share = now;
      },
    };
    const { plan } = await folder.importer.preview([path], {}, watch);
    expect(largestStep * text.length).toBeLessThanOrEqual(256 * 1024);
    expect(asked).toBeGreaterThanOrEqual(Math.floor(text.length / (256 * 1024)));
    // Cancelled at each place in turn, from the last byte that is read on.
    const reading = asked;
    for (let at = reading; ; at++) {
      let left = at;
      const cancelled = await folder
        .accept(plan, () => {
          if (left-- === 0) throw new Error("cancelled");
        })
        .then(
          () => false,
          () => true,
        );
      if (!cancelled) {
        expect(at - reading).toBeGreaterThanOrEqual(4);
        break;
      }
      expect(folder.left()).toEqual([]);
    }
  });

  it("a folder that cannot be written is an error of the system, and nothing is left", async () => {
    const path = folder.write("c.csv", FLOWERS);
    const { plan } = await folder.preview(path);
    // A file where the folder should be: as a full disk, the system refuses.
    folder.write("data", "");
    await expect(folder.accept(plan)).rejects.toThrow(/EEXIST|ENOTDIR/);
  });

  it("names of 10,000 characters and with path separators are only names", async () => {
    const name = `../../${"x".repeat(10_000)}`;
    const preview = await folder.preview(
      folder.write("n.csv", `"${name}",y\n${ROWS.map((i) => `${i},a/../${i % 2}`).join("\n")}\n`),
    );
    expect(preview.columns[0]?.name).toHaveLength(200);
    const { dataset } = await folder.accept({ ...preview.plan, title: "../../../etc/passwd" });
    expect(dataset.id).toMatch(/^etc-passwd-[0-9a-f]{8}$/);
    expect(folder.left()).toEqual([dataset.id]);
  });
});

describe("arrays", () => {
  it("of digits, 8 × 8 in float64 with int64 labels, are images of ten classes", async () => {
    const x = folder.write(
      "digits_x.npy",
      npyBytes("<f8", [100, 8, 8], bytesOf(Float64Array.from({ length: 6_400 }, (_, i) => i % 17))),
    );
    const y = folder.write(
      "digits_y.npy",
      npyBytes("<i8", [100], bytesOf(BigInt64Array.from({ length: 100 }, (_, i) => BigInt(i % 10)))),
    );
    const preview = await folder.preview([x, y]);
    expect(preview.items?.classes).toHaveLength(10);
    const { dataset } = await folder.accept(preview.plan);
    expect(dataset).toMatchObject({
      features: 64,
      layout: { height: 8, width: 8, channels: 1 },
      storage: "uint8",
    });
  });

  it("have the same content in every type, byte order and axis order", async () => {
    const values = Array.from({ length: 40 * 6 }, (_, i) => (i * 7) % 100);
    const labels = folder.write(
      "y.npy",
      npyBytes(
        "|u1",
        [40],
        Uint8Array.from(ROWS, (i) => i % 3),
      ),
    );
    const fortran = Array.from({ length: 240 }, (_, i) => values[(i % 40) * 6 + Math.floor(i / 40)] ?? 0);
    const big = Buffer.alloc(480);
    values.forEach((value, i) => big.writeInt16BE(value, 2 * i));
    const written = [
      npyBytes("<f4", [40, 6], bytesOf(Float32Array.from(values))),
      npyBytes("<f8", [40, 6], bytesOf(Float64Array.from(values))),
      npyBytes("<i8", [40, 6], bytesOf(BigInt64Array.from(values, BigInt))),
      npyBytes("<i2", [40, 6], bytesOf(Int16Array.from(values))),
      npyBytes(">i2", [40, 6], new Uint8Array(big)),
      npyBytes("|u1", [40, 6], Uint8Array.from(values)),
      npyBytes("<f4", [40, 6], bytesOf(Float32Array.from(fortran)), { fortran: true }),
    ];
    const hashes = new Set<string>();
    for (const bytes of written)
      hashes.add(
        (await folder.import([folder.write("x.npy", bytes), labels], { title: "t" })).dataset.contentHash,
      );
    for (const [type, bytes] of [
      [0x08, Uint8Array.from(values)],
      [0x0b, new Uint8Array(big)],
    ] as const) {
      const x = folder.write("x-idx2", idxBytes(type, [40, 6], bytes));
      const y = folder.write(
        "labels-idx1",
        idxBytes(
          0x08,
          [40],
          Uint8Array.from(ROWS, (i) => i % 3),
        ),
      );
      hashes.add((await folder.import([x, y], { title: "t" })).dataset.contentHash);
    }
    expect(hashes.size).toBe(1);
  });

  it("with test files have them as test rows, and channels that come first are moved behind", async () => {
    const image = (rows: number, plus: number): Uint8Array =>
      Uint8Array.from({ length: rows * 12 }, (_, i) => (i % 12) + plus);
    const files = [
      folder.write("train-images-idx4", idxBytes(8, [20, 3, 2, 2], image(20, 0))),
      folder.write(
        "train-labels-idx1",
        idxBytes(
          8,
          [20],
          Uint8Array.from({ length: 20 }, (_, i) => i % 2),
        ),
      ),
      folder.write("t10k-images-idx4", idxBytes(8, [6, 3, 2, 2], image(6, 100))),
      folder.write(
        "t10k-labels-idx1",
        idxBytes(
          8,
          [6],
          Uint8Array.from({ length: 6 }, (_, i) => i % 2),
        ),
      ),
    ];
    const stored = await folder.import(files);
    const { dataset } = stored;
    expect(dataset).toMatchObject({
      trainRows: 16,
      validRows: 4,
      testRows: 6,
      layout: { height: 2, width: 2, channels: 3 },
    });
    expect([...(await folder.source(stored).features(20, 1))]).toEqual([
      100, 104, 108, 101, 105, 109, 102, 106, 110, 103, 107, 111,
    ]);
  });

  it.each<readonly [string, readonly (readonly [string, Uint8Array])[], RegExp]>([
    [
      "a pickle that is called .npy",
      [
        ["p.npy", Uint8Array.of(0x80, 4, 95, 1, 0, 0, 0, 0, 0, 0, 0, 46)],
        ["y.npy", npyBytes("|u1", [2], Uint8Array.of(0, 1))],
      ],
      /p\.npy, byte 0: expected a \.npy file, got a pickle, which is a program/,
    ],
    [
      "Python objects",
      [
        ["o.npy", npyBytes("|O", [2], Uint8Array.of(0, 1))],
        ["y.npy", npyBytes("|u1", [2], Uint8Array.of(0, 1))],
      ],
      /Python objects/,
    ],
    [
      "text beside labels",
      [
        ["t.npy", npyBytes("<U1", [2], new Uint8Array(8))],
        ["y.npy", npyBytes("|u1", [2], Uint8Array.of(0, 1))],
      ],
      /got t\.npy \(2,\) of text, y\.npy \(2,\)/,
    ],
    [
      "several texts a row",
      [
        ["t.npy", npyBytes("<U1", [2, 2], new Uint8Array(16))],
        ["y.npy", npyBytes("|u1", [2], Uint8Array.of(0, 1))],
      ],
      /text \(type "<U1"\); save classes as whole numbers/,
    ],
    [
      "text that is cut short",
      [
        ["x.npy", npyBytes("|u1", [2, 2], new Uint8Array(4))],
        ["y.npy", npyBytes("<U3", [2], new Uint8Array(20))],
      ],
      /y\.npy, byte 148: expected 152 bytes for 2 texts, got 148 bytes/,
    ],
    [
      "text and numbers as labels",
      [
        ["train_x.npy", npyBytes("|u1", [2, 2], new Uint8Array(4))],
        ["train_y.npy", npyBytes("<U1", [2], new Uint8Array(8))],
        ["test_x.npy", npyBytes("|u1", [2, 2], new Uint8Array(4))],
        ["test_y.npy", npyBytes("|u1", [2], new Uint8Array(2))],
      ],
      /test_y\.npy: expected targets of text, as in train_y\.npy, got uint8/,
    ],
    [
      "another number of labels",
      [
        ["x.npy", npyBytes("|u1", [3, 2], new Uint8Array(6))],
        ["y.npy", npyBytes("|u1", [2], new Uint8Array(2))],
      ],
      /y\.npy: expected 3 targets, one for each item of x\.npy, got 2/,
    ],
    [
      "no labels",
      [["x.npy", npyBytes("|u1", [3, 2, 2], new Uint8Array(12))]],
      /expected items and their targets in two files/,
    ],
    [
      "a .npz that is no archive",
      [["z.npz", Uint8Array.of(1, 2, 3, 4)]],
      /z\.npz, the archive: expected a \.npz, which is a zip archive/,
    ],
    [
      "an IDX file that is cut short",
      [
        ["i-idx3", idxBytes(8, [4, 2, 2], new Uint8Array(9))],
        ["l-idx1", idxBytes(8, [4], new Uint8Array(4))],
      ],
      /expected 32 bytes for 16 values of shape \(4, 2, 2\), got 25/,
    ],
  ])("bad: %s", async (_what, files, message) => {
    await expect(folder.preview(files.map(([name, bytes]) => folder.write(name, bytes)))).rejects.toThrow(
      message,
    );
  });

  it("called test alone are split by the seed, and rows without a target can be left out", async () => {
    const files = [
      folder.write(
        "test_x.npy",
        npyBytes("<f8", [40, 2], bytesOf(Float64Array.from({ length: 80 }, (_, i) => i / 3))),
      ),
      folder.write(
        "test_y.npy",
        npyBytes("<f8", [40], bytesOf(Float64Array.from(ROWS, (i) => (i === 4 ? NaN : i / 7)))),
      ),
    ];
    const preview = await folder.preview(files);
    expect([preview.splitByFiles, preview.plan.split.by]).toEqual([false, "seed"]);
    expect(planProblems(preview, preview.plan)).toEqual([
      "1 target is NaN, the first in test_y.npy, row 5: leave such rows out, or mend the file",
    ]);
    const { dataset } = await folder.accept({ ...preview.plan, missing: "drop" });
    expect(dataset.trainRows + dataset.validRows + dataset.testRows).toBe(39);
  });

  it("of whole numbers with NaN among them are classes, and infinite ones are named", async () => {
    const x = folder.write(
      "x.npy",
      npyBytes("<f8", [40, 2], bytesOf(Float64Array.from({ length: 80 }, (_, i) => i))),
    );
    const targets = (value: (i: number) => number): string =>
      folder.write("y.npy", npyBytes("<f8", [40], bytesOf(Float64Array.from(ROWS, value))));
    const classes = await folder.preview([x, targets((i) => (i === 4 ? NaN : i % 2))]);
    expect([classes.plan.target, classes.items?.classes?.length]).toEqual(["classes", 2]);
    const { dataset } = await folder.accept({ ...classes.plan, missing: "drop" });
    expect(dataset.target.names).toEqual(["0", "1"]);
    const infinite = await folder.preview([x, targets((i) => (i === 6 ? 1e39 : i / 3))]);
    expect(planProblems(infinite, { ...infinite.plan, missing: "drop" }).join()).toMatch(
      /^1 target is infinite, the first in y\.npy, row 7:/,
    );
  });

  it("of a .npz may lie beside text, single values and what is called otherwise: those are left out, and named", async () => {
    const numbers = bytesOf(Float64Array.from({ length: 80 }, (_, i) => i));
    const bytes = Uint8Array.from(ROWS, (i) => i % 2);
    const others = {
      "names.npy": npyBytes("<U2", [2], new Uint8Array(16)),
      "made_by.npy": npyBytes("|O", [1], new Uint8Array(9)),
      "version.npy": npyBytes("<f8", [], new Uint8Array(8)),
      "ids.npy": npyBytes("|u1", [40], bytes),
    };
    const [x, y] = [npyBytes("<f8", [40, 2], numbers), npyBytes("|u1", [40], bytes)];
    const preview = await folder.preview(
      folder.write("d.npz", storedZip({ ...others, "x.npy": x, "y.npy": y })),
    );
    expect(planProblems(preview, preview.plan)).toEqual([]);
    expect(preview.notes.join("; ")).toMatch(
      /left out: made_by: Python objects .*; version: a single value; names: text .*; ids: not called labels or targets/,
    );
    const words = npyBytes("<U2", [40], new Uint8Array(320));
    const named = storedZip({ "labels.npy": words, "x.npy": x, "y.npy": y });
    expect((await folder.preview(folder.write("n.npz", named))).notes.join()).toContain(
      "left out: labels: text beside the targets",
    );
    await expect(folder.preview(folder.write("t.npz", storedZip({ "y.npy": words })))).rejects.toThrow(
      /t\.npz, "y\.npy", byte 10: expected values that are numbers, got text/,
    );
  });

  it("have classes by words, in every form of text; an empty one is missing", async () => {
    const names = ["ä", "zwölf", "01", "1"];
    const x = bytesOf(Float64Array.from({ length: 80 }, (_, i) => i));
    const textOf = (i: number): string => (i === 4 ? "" : (names[i % 4] ?? ""));
    const encoded = (
      unitBytes: number,
      write: (bytes: Buffer, at: number, unit: number) => void,
    ): Uint8Array => {
      const bytes = Buffer.alloc(40 * 6 * unitBytes);
      for (const row of ROWS) {
        const units =
          unitBytes === 1
            ? Buffer.from(textOf(row))
            : Uint32Array.from(textOf(row), (c) => c.codePointAt(0) ?? 0);
        for (const [index, unit] of units.entries()) write(bytes, (row * 6 + index) * unitBytes, unit);
      }
      return new Uint8Array(bytes);
    };
    const hashes = new Set<string>();
    for (const [descr, bytes] of [
      ["<U6", encoded(4, (target, at, unit) => target.writeUInt32LE(unit, at))],
      [">U6", encoded(4, (target, at, unit) => target.writeUInt32BE(unit, at))],
      ["|S6", encoded(1, (target, at, unit) => target.writeUInt8(unit, at))],
    ] as const) {
      const y = npyBytes(descr, [40], bytes);
      for (const files of [
        [folder.write("x.npy", npyBytes("<f8", [40, 2], x)), folder.write("species.npy", y)],
        [folder.write("d.npz", storedZip({ "x.npy": npyBytes("<f8", [40, 2], x), "species.npy": y }))],
      ]) {
        const preview = await folder.preview(files);
        expect(planProblems(preview, preview.plan)).toEqual([
          expect.stringMatching(/^1 target is NaN, .* row 5:/),
        ]);
        expect(planProblems(preview, { ...preview.plan, missing: "drop", target: "numbers" })).toEqual([
          "the targets are text: predict a class",
        ]);
        const stored = await folder.accept({
          ...preview.plan,
          title: "t",
          missing: "drop",
          split: { by: "order", validShare: 0, testShare: 0 },
        });
        hashes.add(stored.dataset.contentHash);
        expect(stored.dataset.target.names).toEqual(["01", "1", "zwölf", "ä"]);
        expect([...(await folder.source(stored).targets(0, 5))]).toEqual([3, 2, 0, 1, 2]);
      }
    }
    expect(hashes.size).toBe(1);
  });

  it("fault 36: NaN and infinities are named with their places", async () => {
    const values = Float32Array.from({ length: 80 }, (_, i) => (i === 7 ? NaN : i === 20 ? Infinity : i));
    const preview = await folder.preview([
      folder.write("x.npy", npyBytes("<f4", [40, 2], bytesOf(values))),
      folder.write(
        "y.npy",
        npyBytes(
          "|u1",
          [40],
          Uint8Array.from(ROWS, (i) => i % 2),
        ),
      ),
    ]);
    expect(planProblems(preview, preview.plan).join("\n")).toMatch(
      /1 value is infinite, the first in x\.npy, item 11, value 1.*\n1 value is NaN, the first in x\.npy, item 4, value 2/,
    );
  });
});

describe("folders of images", () => {
  it("are classes by their folders' names, split by folders above them; grey and colour together are in colour", async () => {
    for (const [split, count] of [
      ["train", 8],
      ["test", 3],
    ] as const) {
      for (let i = 0; i < count; i++) {
        folder.write(`set/${split}/cats/${i}.png`, png(4, [i, i, i]));
        folder.write(`set/${split}/dogs/${i}.png`, png(4, [255, i, 0]));
      }
    }
    folder.write("set/readme.txt", "hello");
    const clear = new PNG({ width: 4, height: 4 });
    folder.write("set/train/dogs/clear.png", new Uint8Array(PNG.sync.write(clear)));
    const preview = await folder.preview(join(folder.path, "set"));
    expect(preview.notes.join()).toMatch(
      /23 images of 4 × 4 pixels, in colour.*transparent in 1 image is black.*1 other files are left out/,
    );
    const stored = await folder.accept(preview.plan);
    expect(stored.dataset).toMatchObject({ features: 48, testRows: 6, target: { names: ["cats", "dogs"] } });
    expect(stored.dataset.trainRows + stored.dataset.validRows).toBe(17);
  });

  it("may be JPEG and PNG together: a JPEG is read by its content, in grey where its file is", async () => {
    const side = 16;
    const jpeg = (value: (pixel: number) => readonly [number, number, number]): Uint8Array => {
      const data = new Uint8Array(4 * side * side);
      for (let i = 0; i < side * side; i++) data.set([...value(i), 255], 4 * i);
      return new Uint8Array(encodeJpeg({ width: side, height: side, data }, 95).data);
    };
    for (let i = 0; i < 6; i++) {
      folder.write(
        `photos/red/${i}.jpg`,
        jpeg(() => [200 + i, 10, 10]),
      );
      // The name says JPEG, the content is PNG: what counts is what it is.
      folder.write(`photos/blue/${i}.jpeg`, png(side, [10, 10, 200 + i]));
      folder.write(
        `grey/light/${i}.JPG`,
        jpeg(() => [220 + i, 220 + i, 220 + i]),
      );
      folder.write(`grey/dark/${i}.png`, png(side, [i, i, i]));
    }
    const stored = await folder.import(join(folder.path, "photos"), {
      split: { by: "order", validShare: 0, testShare: 0 },
    });
    expect(stored.dataset).toMatchObject({
      features: 3 * side * side,
      layout: { height: side, width: side, channels: 3 },
      target: { names: ["blue", "red"] },
    });
    const source = folder.source(stored);
    const [values, labels] = [await source.features(0, 12), await source.targets(0, 12)];
    for (let row = 0; row < 12; row++) {
      const pixel = [...values.subarray(row * 3 * side * side, row * 3 * side * side + 3)];
      const expected = labels[row] === 0 ? [10, 10, 200] : [200, 10, 10];
      // JPEG loses a little; the rows are numbered by what was added.
      for (const [c, value] of pixel.entries())
        expect(Math.abs(value - (expected[c] ?? NaN))).toBeLessThanOrEqual(12);
    }
    const grey = await folder.import(join(folder.path, "grey"));
    expect(grey.dataset.layout).toEqual({ height: side, width: side, channels: 1 });
    expect(grey.dataset.target.names).toEqual(["dark", "light"]);
  });

  it.each<readonly [string, () => void, RegExp]>([
    [
      "a JPEG that is cut short",
      () => folder.write("set/b/2.jpg", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16)),
      /2\.jpg, byte 0: expected a sound JPEG/,
    ],
    [
      "images of mixed sizes",
      () => folder.write("set/b/2.png", png(4, [1, 2, 3], 5)),
      /2\.png, the image: expected 4 × 4 pixels, as .*0\.png, got 4 × 5/,
    ],
    [
      "a PNG that is none",
      () => folder.write("set/b/2.png", "no image"),
      /2\.png, byte 0: expected a PNG or JPEG image/,
    ],
    [
      "a PNG that is cut short",
      () => folder.write("set/b/2.png", png(4, [1, 2, 3]).subarray(0, 40)),
      /2\.png, byte 0: expected a sound PNG/,
    ],
    // Before the images of other sizes and kinds, which are named: what is hidden is none.
    [
      "hidden files, and a size that differs",
      () => {
        folder.write("set/.ipynb_checkpoints/0.png", png(5, [1, 2, 3]));
        folder.write("set/__MACOSX/a/0.png", "no image");
        folder.write("set/a/._0.png", "no image");
        folder.write("set/b/2.png", png(4, [1, 2, 3], 5));
      },
      /b\/2\.png, the image: expected 4 × 4 pixels, as .*a\/0\.png, got 4 × 5/,
    ],
    ["an empty image", () => folder.write("set/b/2.png", ""), /got an empty file/],
  ])("bad: %s", async (_what, spoil, message) => {
    folder.write("set/a/0.png", png(4, [1, 2, 3]));
    folder.write("set/b/1.png", png(4, [9, 2, 3]));
    spoil();
    const preview = await folder.preview(join(folder.path, "set"));
    expect(planProblems(preview, preview.plan).join()).toMatch(message);
    expect(preview.broken.count).toBe(1);
  });

  it("are named when they are broken, all at once, and the others can be taken", async () => {
    // The first is of another size than most.
    folder.write("set/a/00.png", png(5, [1, 2, 3]));
    for (let i = 0; i < 10; i++) {
      folder.write(`set/a/${i}.png`, png(4, [i, 2, 3]));
      folder.write(`set/b/${i}.png`, png(4, [i, 9, 3]));
    }
    for (let i = 10; i < 35; i++) folder.write(`set/b/${i}.png`, "no image");
    const preview = await folder.preview(join(folder.path, "set"));
    expect(preview).toMatchObject({ rows: 20, broken: { count: 26 } });
    const [problem = ""] = planProblems(preview, preview.plan);
    expect(problem).toMatch(/^26 images cannot be taken: leave them out, or mend the files:/);
    expect(problem.split("\n")).toHaveLength(22);
    expect(problem).toMatch(/b.29\.png, byte 0: expected a PNG or JPEG image.*\nand 6 more$/);
    await expect(folder.accept(preview.plan)).rejects.toThrow(/26 images cannot be taken/);
    const stored = await folder.accept({ ...preview.plan, missing: "drop" });
    const { trainRows, validRows, testRows, layout } = stored.dataset;
    expect([trainRows + validRows + testRows, layout?.width]).toEqual([20, 4]);
    expect(stored.notes.join()).toMatch(/26 broken images were left out: .*b.10\.png.* and 21 more/);
    // The window names all files of a folder, which is what the data is called.
    const named = ["a/1", "b/2", "a/3"].map((name) => join(folder.path, "set", `${name}.png`));
    expect((await folder.preview(named)).plan.title).toBe("set");
    // Without one that is sound there is nothing to take.
    folder.write("bad/a/0.png", "");
    folder.write("bad/b/1.png", "");
    await expect(folder.preview(join(folder.path, "bad"))).rejects.toThrow(
      /got 2 images that cannot be taken:\n.*0\.png.*\n.*1\.png/,
    );
  });

  it("bad: a folder without images, and one class only", async () => {
    mkdirSync(join(folder.path, "none"));
    await expect(folder.preview(join(folder.path, "none"))).rejects.toThrow(
      /expected PNG or JPEG images in one folder a class, got nothing/,
    );
    folder.write("one/a/0.png", png(4, [1, 2, 3]));
    folder.write("one/a/1.png", png(4, [4, 2, 3]));
    const preview = await folder.preview(join(folder.path, "one"));
    expect(planProblems(preview, preview.plan).join()).toMatch(/all rows are of one class, "a"/);
  });
});
