import { describe, expect, it } from "vitest";
import { lineAt, neighboursOf } from "../../../../../src/renderer/charts/kit/line-between.ts";

const line = [
  { x: 0, y: 1 },
  { x: 10, y: 3 },
  { x: 20, y: NaN },
  { x: 30, y: 5 },
];

describe("neighboursOf()", () => {
  it("finds the points between which a line passes a place", () => {
    expect(neighboursOf(line, 5)).toEqual([line[0], line[1]]);
    expect(neighboursOf(line, 0)).toEqual([line[0], line[1]]);
  });

  it("has none outside of the line and at its gaps", () => {
    for (const x of [-1, 30, 31, 12, 25]) expect(neighboursOf(line, x)).toBeNull();
  });
});

it("lineAt() is straight", () => {
  expect(
    lineAt(
      [
        { x: 0, y: 1 },
        { x: 10, y: 3 },
      ],
      5,
    ),
  ).toBe(2);
});
