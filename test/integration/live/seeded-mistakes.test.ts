import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CheckReport } from "../../../src/shared/live/check-report.ts";
import { SEEDED_PASSES, type SeededPass } from "./seeded-mistakes.ts";
import { startKernel, type TestKernel } from "./start-kernel.ts";

/** Mistakes that the check finds and cannot name. */
const NOT_NAMED: readonly string[] = [
  "softmax loss: logits.g = logits.softmax(0).sub(index.oneHot(4)).div(16); — nothing",
];

let live: TestKernel;
beforeAll(async () => {
  live = await startKernel();
});
afterAll(async () => {
  await live.close();
});

/** The cell, whose line n + 2 is the pass's line n. */
async function reportOf({ setup, of }: SeededPass, lines: readonly string[]): Promise<CheckReport> {
  const cell = [setup, "function pass() {", ...lines, "}", `check(pass, ${of});`].join("\n");
  const { outputs, error } = await live.run(cell);
  const report = outputs.flatMap((output) => (output.kind === "check" ? [output.report] : [])).at(0);
  if (report === undefined) throw new Error(`${error?.message ?? "no report"} in\n${cell}`);
  return report;
}

describe("backward passes with a mistake each", () => {
  it.each(Object.entries(SEEDED_PASSES))("%s: right as it stands", async (_name, pass) => {
    const { gradients } = await reportOf(pass, pass.lines);
    expect(gradients.filter(({ verdict }) => verdict !== "right")).toEqual([]);
  });

  it("are named at their line, in words that say what is wrong; certain is nothing that is not so", async () => {
    const notNamed: string[] = [];
    let made = 0;
    for (const [name, pass] of Object.entries(SEEDED_PASSES)) {
      for (const [right, wrong, says] of pass.mistakes) {
        const at = pass.lines.indexOf(right);
        expect(at, right).toBeGreaterThanOrEqual(0);
        made++;
        const { passed, gradients } = await reportOf(pass, pass.lines.with(at, wrong));
        expect(passed, wrong).toBe(false);
        const blamed = gradients.filter(({ verdict }) => verdict === "wrong");
        // Only the line at fault is blamed, however many gradients it spoils.
        expect(
          blamed.map(({ place }) => place?.line),
          wrong,
        ).toEqual([at + 3]);
        const texts = blamed.flatMap(({ explanations }) => explanations.map(({ text }) => text));
        if (!texts.some((text) => says.test(text)))
          notNamed.push(`${name}: ${wrong} — ${texts.join(" | ") || "nothing"}`);
      }
    }
    expect(made).toBeGreaterThanOrEqual(70);
    expect(notNamed).toEqual(NOT_NAMED);
    expect(NOT_NAMED.length / made).toBeLessThanOrEqual(0.1);
  }, 600_000);
});
