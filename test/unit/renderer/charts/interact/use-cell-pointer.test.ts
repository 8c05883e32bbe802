import { describe, expect, it } from "vitest";
import { cellAfter } from "../../../../../src/renderer/charts/interact/use-cell-pointer.ts";

describe("cellAfter()", () => {
  const grid = { rows: 3, columns: 2 };
  const at = (row: number, column: number) => ({ row, column });

  it.each([
    ["ArrowDown", null, at(0, 0)],
    ["ArrowDown", at(0, 1), at(1, 1)],
    ["ArrowDown", at(2, 1), at(2, 1)],
    ["ArrowUp", at(0, 0), at(0, 0)],
    ["ArrowLeft", at(1, 1), at(1, 0)],
    ["ArrowRight", at(1, 1), at(1, 1)],
    ["Home", at(1, 1), at(0, 0)],
    ["End", null, at(2, 1)],
    ["a", at(1, 1), null],
  ])("%s from %j", (key, from, to) => {
    expect(cellAfter(key, from, grid)).toEqual(to);
  });
});
