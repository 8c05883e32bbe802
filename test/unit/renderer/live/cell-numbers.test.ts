import { expect, it } from "vitest";
import { withCellNumbers } from "../../../../src/renderer/live/outputs/cell-numbers.ts";

const CELLS = [{ id: "c1" }, { id: "rvv4" }];

it.each([
  ["the result of .mul() (cell c1, line 2)", "the result of .mul() (cell 1, line 2)"],
  ["half(x) is wrong (cell rvv4/check, line 2)", "half(x) is wrong (check of cell 2, line 2)"],
  ["of cell gone/check and cell gone", "of cell gone/check and cell gone"],
])("withCellNumbers() calls the cells of %s by their numbers", (text, numbered) => {
  expect(withCellNumbers(text, CELLS)).toBe(numbered);
});
