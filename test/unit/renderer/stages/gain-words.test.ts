import { expect, it } from "vitest";
import { gainWords } from "../../../../src/renderer/stages/gain-words.ts";
import type { StageGain } from "../../../../src/shared/experiments/stages.ts";

const gain = (change: Partial<StageGain>): StageGain => ({
  slower: "layer-classes",
  faster: "module",
  pass: "backward",
  ratio: 11,
  low: 10.1,
  high: 11.5,
  ...change,
});

it("gainWords() says a ratio with its interval, and the notebook's beside it", () => {
  const [words, ...rest] = gainWords([gain({})]);
  expect(rest).toEqual([]);
  expect(words.sentence).toBe(
    "The backward pass of stage\u00a02 takes 11 × (10.1–11.5) as long as that of stage\u00a03.",
  );
  expect(words.why).toContain("13 ×");
  expect(words.formula).toContain("\\otimes");
});

it("gainWords() says when no difference is shown, and when the other one is faster", () => {
  const fusion = { slower: "module-unfused", pass: "both" } as const;
  const [none] = gainWords([gain({ ...fusion, ratio: 1.02, low: 0.99, high: 1.06 })]);
  expect(none.sentence).toMatch(/The interval holds 1: no difference is shown\.$/);
  const [faster] = gainWords([gain({ ...fusion, ratio: 0.85, low: 0.84, high: 0.92 })]);
  expect(faster.sentence).toMatch(/It is the faster of the two\.$/);
});
