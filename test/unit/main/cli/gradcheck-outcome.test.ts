import { expect, it } from "vitest";
import { gradcheckOutcome } from "../../../../src/main/cli/gradcheck-outcome.ts";

const of = (...verdicts: ("passed" | "failed" | "not judged")[]) => ({
  passed: !verdicts.includes("failed") && verdicts.includes("passed"),
  reports: verdicts.map((verdict) => ({ verdict })),
});

it("gradcheckOutcome() says of a check that did not come to its end nothing but that", () => {
  // `passed` is set at the end, so it is false beside gradients that all had passed until then.
  const cut = { ...of("passed", "passed"), passed: false };
  expect(gradcheckOutcome(cut, "cancelled")).toBe(
    "The check was cancelled. What was compared until then is above.",
  );
  expect(gradcheckOutcome(of(), "failed")).toBe("The check was broken off.");
});

it.each([
  [of("passed", "passed"), "All gradients passed."],
  [of("passed", "not judged"), "All gradients that could be judged passed."],
  [of("not judged"), "Nothing could be judged."],
  [of("passed", "failed"), "The check did not pass."],
])("gradcheckOutcome() of a finished check %#", (report, said) => {
  expect(gradcheckOutcome(report, "finished")).toBe(said);
});
