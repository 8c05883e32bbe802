import { describe, expect, it } from "vitest";
import { parseChoices } from "../../../../src/renderer/train/sweep-choices.ts";

describe("parseChoices()", () => {
  it.each([
    ["0.1, 2e-2 ,", [0.1, 0.02]],
    ["adam, sgd", ["adam", "sgd"]],
    ["true, false", [true, false]],
    ["", []],
    ["0.0001 to 0.1", { min: 0.0001, max: 0.1, log: false, whole: false }],
    ["1e-4 to 1e-1 log", { min: 1e-4, max: 0.1, log: true, whole: false }],
    ["16 to 256 whole log", { min: 16, max: 256, log: true, whole: true }],
  ])("reads %j", (text, expected) => {
    expect(parseChoices(text)).toEqual(expected);
  });

  it("takes what is no range for a value, which the spec then refuses by its name", () => {
    expect(parseChoices("0.1 to b")).toEqual(["0.1 to b"]);
  });
});
