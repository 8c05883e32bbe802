import { describe, expect, it } from "vitest";
import {
  executionOrder,
  notebookCell,
  NOTEBOOK_CELLS,
} from "../../../../src/core/notebook/notebook-cells.ts";

describe("NOTEBOOK_CELLS", () => {
  it("has unique ids, and needs only earlier cells", () => {
    const seen = new Set<string>();
    for (const { id, needs } of NOTEBOOK_CELLS) {
      expect(seen.has(id)).toBe(false);
      for (const need of needs) expect(seen.has(need), `${id} needs ${need}`).toBe(true);
      seen.add(id);
    }
  });

  it("names every quantity that the notebook's numbers use", () => {
    for (const { id, expected, quantities } of NOTEBOOK_CELLS) {
      const keys = quantities.map(({ key }) => key);
      for (const key of Object.keys(expected)) expect(keys, id).toContain(key);
    }
  });

  it("judges the notebook's own numbers as exact or in band", () => {
    for (const id of ["3", "5", "7", "8", "12", "13", "15", "16", "18", "20", "22", "23", "25"]) {
      const { expected, judge } = notebookCell(id);
      const { verdict, reason } = judge(expected, { allRows: true, givenWeights: false });
      expect(["exact", "in band"], `${id}: ${reason}`).toContain(verdict);
    }
  });
});

describe("executionOrder()", () => {
  it("puts missing needs first, in the notebook's order", () => {
    expect(executionOrder(["12"], new Set())).toEqual(["3", "5", "7", "8", "12"]);
    expect(executionOrder(["12"], new Set(["3", "5", "7", "8"]))).toEqual(["12"]);
    expect(executionOrder(["44"], new Set(["3", "5", "7", "13", "16"]))).toEqual(["42", "43", "44"]);
  });
});

describe("notebookCell()", () => {
  it("throws ContractError naming the cells there are", () => {
    expect(() => notebookCell("99")).toThrow(/no cell "99".*the cells are 1, 3/);
  });
});
