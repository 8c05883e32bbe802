import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BACKPROP_NUMBERS } from "../../../../src/core/judge/backprop/backprop-numbers.ts";
import { judgeShown } from "../../../../src/core/judge/judge-document.ts";
import { readLabDocument } from "../../../../src/shared/documents/read-lab-document.ts";

const ALL = { allRows: true };

describe("BACKPROP_NUMBERS", () => {
  it("has unique ids, each a cell of the document", () => {
    const ids = BACKPROP_NUMBERS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const file = "resources/notebooks/backprop.lab.ts";
    const { document } = readLabDocument(file, readFileSync(file, "utf8"));
    const cells = document.cells.map(({ id }) => id);
    expect(cells).toEqual(expect.arrayContaining(ids.map((id) => `c${id}`)));
  });

  it("names every quantity that the original's numbers use", () => {
    for (const { id, expected, quantities } of BACKPROP_NUMBERS) {
      const keys = quantities.map(({ key }) => key);
      for (const key of Object.keys(expected)) expect(keys, id).toContain(key);
    }
  });

  it("judges the original's own numbers as exact or in band", () => {
    for (const id of ["3", "5", "7", "8", "12", "13", "15", "16", "18", "20", "22", "23", "25"]) {
      const found = BACKPROP_NUMBERS.find((numbers) => numbers.id === id)!;
      const { verdict, reason } = found.judge(found.expected, ALL);
      expect(["exact", "in band"], `${id}: ${reason}`).toContain(verdict);
    }
  });
});

describe("judgeShown()", () => {
  const loss = (value: number) => [{ name: "loss", value, unit: "" as const }];

  it("puts what a cell shows beside what the original printed", () => {
    expect(judgeShown("backprop", "c23", loss(33), ALL)).toMatchObject({
      verdict: "in band",
      numbers: [{ name: "loss", expected: 33.0932, measured: 33 }],
    });
  });

  it("fails a cell that shows NaN, whatever its band says", () => {
    expect(judgeShown("backprop", "c23", loss(NaN), ALL)).toMatchObject({
      verdict: "failed",
      reason: expect.stringMatching(/^loss is NaN or infinite/) as string,
    });
  });

  it("judges nothing of other documents and other cells", () => {
    expect(judgeShown(null, "c23", loss(33), ALL)).toBeNull();
    expect(judgeShown("backprop", "c9", loss(33), ALL)).toBeNull();
  });
});
