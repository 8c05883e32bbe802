import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkGradients } from "../../../../src/core/tensor/check/check.ts";
import { mutantName, mutantsOf, standInsOf } from "../../../../src/core/tensor/check/mutants.ts";
import { relativeDistance } from "../../../../src/core/tensor/check/compare.ts";
import type { Candidate } from "../../../../src/core/tensor/check/check-types.ts";
import { binary } from "../../../../src/core/tensor/elementwise.ts";
import type { Mutant } from "../../../../src/core/tensor/float64/mutant.ts";
import { reduce } from "../../../../src/core/tensor/reductions.ts";
import { EXAMPLES, notebookNetwork } from "./example-networks.ts";
import { gradientsAsSet, passOf, requestOf, type TestPass } from "./passes.ts";
import { instruction, recordProgram } from "./random-program.ts";
import { testRecorder } from "./recorder.ts";

/** What the check says of a pass that makes these mistakes. */
function checked(pass: TestPass, set: readonly number[], mutants: readonly Mutant[]) {
  const given = gradientsAsSet(pass, set, { mutants });
  const right = gradientsAsSet(pass, set);
  const changed = given.some((one, i) => relativeDistance(one.values, right[i].values) > 2e-3);
  return { report: checkGradients(requestOf(pass, given)), changed };
}

describe.each(Object.entries(EXAMPLES))("%s", (_, example) => {
  it("accuses no right pass, of any seed", () => {
    for (let seed = 1; seed <= 25; seed++) {
      const { loss, set } = example(seed);
      const pass = passOf(loss);
      const { report } = checked(pass, set.map(pass.stepOf), []);
      const wrong = report.gradients.filter(({ verdict }) => verdict !== "right");
      expect(wrong, `seed ${seed}`).toEqual([]);
      expect(report.reference.worst).toBeLessThan(1e-5);
      expect(report.notices).toEqual([]);
    }
  });

  it("names every mistake that it knows, at its line, and no other as certain", () => {
    const { loss, set } = example();
    const pass = passOf(loss);
    const steps = set.map(pass.stepOf);
    const tries = pass.program.steps.flatMap((_step, place) => [
      ...mutantsOf(pass.program, place),
      ...standInsOf(pass.program, place),
    ]);
    const [unnamed, misnamed]: string[][] = [[], []];
    let made = 0;
    for (const mutant of tries) {
      const { report, changed } = checked(pass, steps, [mutant]);
      if (!changed) continue;
      made++;
      const name = `${mutantName(pass.program, mutant)} of step ${mutant.step} ${JSON.stringify(mutant)}`;
      const wrong = report.gradients.filter(({ verdict }) => verdict === "wrong");
      const candidates = wrong.flatMap(({ explanation }) => explanation?.candidates ?? []);
      const { line } = pass.program.steps[mutant.step];
      // A term that is missing or negated is so all along its way.
      const term = mutant.kind === "drop" || mutant.kind === "negate";
      const named = candidates.some((one) =>
        term ? (one.line?.line ?? 0) >= (line?.line ?? 0) : JSON.stringify(one.line) === JSON.stringify(line),
      );
      const facts = candidates.filter((one) => FACTS.has(one.mistake));
      if (!named && facts.length === 0)
        unnamed.push(`${name}: ${candidates.map(({ text }) => text).join(" | ")}`);
      for (const { explanation, verdict } of wrong) {
        if (verdict !== "wrong" || explanation?.certain !== true) continue;
        const [only] = explanation.candidates;
        if (!FACTS.has(only.mistake) && !named) misnamed.push(`${name}: ${only.text}`);
      }
    }
    expect(made).toBeGreaterThan(20);
    expect(unnamed).toEqual([]);
    expect(misnamed).toEqual([]);
  });
});

/** What is true of the numbers whatever operation it comes from. */
const FACTS = new Set([
  "factor",
  "zero",
  "not finite",
  "transposed",
  "overwritten",
  "missing part",
  "another tensor's gradient",
]);

it("accuses no right pass of random programs", () => {
  let judged = 0;
  fc.assert(
    fc.property(fc.array(instruction, { minLength: 3, maxLength: 12 }), (instructions) => {
      const recorder = testRecorder();
      const { nodes } = recordProgram(recorder, instructions, { smoothOnly: true, limit: 600 });
      const pass = passOf(reduce(recorder, "sum", nodes[nodes.length - 1]));
      const steps = pass.program.steps.map((_, step) => step);
      const report = checkGradients(requestOf(pass, gradientsAsSet(pass, steps)));
      judged += report.gradients.filter(({ verdict }) => verdict === "right").length;
      const wrong = report.gradients.filter(({ verdict }) => verdict === "wrong");
      expect(wrong.map(({ name, comparison }) => `${name}: ${comparison?.reason}`)).toEqual([]);
    }),
    { numRuns: 300, seed: 11 },
  );
  expect(judged).toBeGreaterThan(1000);
});

it("names mistakes in random programs, whether all gradients are set or only those of the data", () => {
  const count = { made: 0, named: 0 };
  const misnamed: string[] = [];
  const check = (pass: TestPass, set: readonly number[], mutant: Mutant): void => {
    const { report, changed } = checked(pass, set, [mutant]);
    const wrong = report.gradients.filter(({ verdict }) => verdict === "wrong");
    if (!changed || wrong.length === 0) return;
    const line = pass.program.steps[mutant.step].line?.line ?? 0;
    const term = mutant.kind === "drop" || mutant.kind === "negate";
    const right = (one: Candidate): boolean =>
      FACTS.has(one.mistake) || (term ? (one.line?.line ?? 0) >= line : one.line?.line === line);
    count.made++;
    if (wrong.some(({ explanation }) => explanation?.candidates.some(right) === true)) count.named++;
    for (const { explanation } of wrong) {
      if (explanation?.certain === true && !right(explanation.candidates[0])) {
        misnamed.push(`${mutantName(pass.program, mutant)}: ${explanation.candidates[0].text}`);
      }
    }
  };
  fc.assert(
    fc.property(fc.array(instruction, { minLength: 3, maxLength: 9 }), fc.nat(), (instructions, choice) => {
      const recorder = testRecorder();
      const { nodes } = recordProgram(recorder, instructions, { smoothOnly: true, limit: 300 });
      const end = nodes[nodes.length - 1];
      const pass = passOf(reduce(recorder, "sum", binary(recorder, "mul", end, end)));
      const mutants = pass.program.steps.flatMap((_, place) => [
        ...mutantsOf(pass.program, place),
        ...standInsOf(pass.program, place),
      ]);
      fc.pre(mutants.length > 0);
      const everything = pass.program.steps.map((_, step) => step);
      check(pass, everything, mutants[choice % mutants.length]);
      check(pass, [...pass.inputs.leaves.keys()], mutants[(choice + 7) % mutants.length]);
    }),
    { numRuns: 150, seed: 3 },
  );
  expect(misnamed).toEqual([]);
  expect(count.made).toBeGreaterThan(100);
  expect(count.named / count.made).toBeGreaterThan(0.97);
});

it("blames only the step at fault, and tells two mistakes apart", () => {
  const { loss, set } = notebookNetwork();
  const pass = passOf(loss);
  const { steps } = pass.program;
  const at = (label: string): number => steps.findIndex((step) => step.label === label);
  const { report } = checked(pass, set.map(pass.stepOf), [
    { kind: "rule", step: at("mean"), name: "sum" },
    { kind: "rule", step: at("relu"), name: "noMask" },
  ]);
  const wrong = report.gradients.filter(({ verdict }) => verdict === "wrong");
  expect(wrong.map(({ name }) => name)).toEqual(["out", "l1"]);
  expect(wrong[0].explanation?.candidates.map(({ text }) => text)[0]).toContain("times 24");
  expect(wrong[1].explanation).toMatchObject({ certain: true, candidates: [{ mistake: "relu: noMask" }] });
});
