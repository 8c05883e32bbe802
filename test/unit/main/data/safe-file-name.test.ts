import fc from "fast-check";
import { expect, test } from "vitest";
import { safeFileName } from "../../../../src/main/data/safe-file-name.ts";

const CASES = [
  ["timings of Notebook, seed 42", "timings of Notebook, seed 42.csv"],
  ["../../etc/passwd", "etc-passwd.csv"],
  ["C:\\Windows\\system.ini", "C-Windows-system.ini.csv"],
  ["<img onerror=alert(1)>", "img onerror=alert(1).csv"],
  ["runs.csv", "runs.csv"],
  ["report\u202Efdp", "reportfdp.csv"],
  ["zero\u200Bwidth\uFEFF", "zerowidth.csv"],
  ["two\nlines\u0000", "two-lines.csv"],
  ["con", "_con.csv"],
  ["LPT1.old", "_LPT1.old.csv"],
  [".hidden", "hidden.csv"],
  ["trailing. . ", "trailing.csv"],
  ["..", "backprop-lab.csv"],
  ["///", "backprop-lab.csv"],
  ["\u202E\u200B", "backprop-lab.csv"],
  ["épreuve 2 ü", "épreuve 2 ü.csv"],
] as const;

for (const [suggested, safe] of CASES) {
  test(`fault 41: safeFileName() turns ${JSON.stringify(suggested)} into "${safe}"`, () => {
    expect(safeFileName(suggested, "csv")).toBe(safe);
  });
}

test("safeFileName() cuts long names at a whole character", () => {
  const name = safeFileName("😀".repeat(10_000), "png");
  expect(name).toBe(`${"😀".repeat(30)}.png`);
});

test("safeFileName() always gives one plain name with its extension", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (suggested) => {
      const name = safeFileName(suggested, "csv");
      expect(name).toMatch(/^[^\p{Cc}\p{Cf}/\\:*?"<>|]+\.csv$/u);
      expect(name.startsWith(".")).toBe(false);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(125);
    }),
  );
});
