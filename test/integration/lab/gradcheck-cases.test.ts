import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as v from "valibot";
import { readParameters } from "../../../src/main/data/read-parameters.ts";
import { GRADIENT_REFERENCES, type GradcheckReport } from "../../../src/shared/experiments/gradcheck.ts";
import { networkOf, networkSpecSchema, type NetworkSpec } from "../../../src/shared/specs/network-spec.ts";
import { openTestLab, type TestLab } from "./open-test-lab.ts";

/** Case 07: right gradients that were accused, because they cancel. */
const CASES = resolve("test/integration/lab/gradcheck-cases");
const specOf = (name: string): NetworkSpec =>
  v.parse(networkSpecSchema, JSON.parse(readFileSync(join(CASES, `${name}.json`), "utf8")));
/** Time on a busy machine; nothing is judged by it. */
const HANG_GUARD_MS = 300_000;

let test: TestLab;
beforeAll(async () => {
  test = await openTestLab(2);
});
afterAll(async () => {
  await test.close();
});

async function check(
  network: NetworkSpec,
  weights: Record<string, Float32Array> | null = null,
  references: GradcheckReport["settings"]["references"] = [...GRADIENT_REFERENCES],
): Promise<GradcheckReport> {
  const settings = {
    network,
    references,
    bug: null,
    coordinates: 8,
    tolerance: "strict",
    threads: 2,
  } as const;
  const run = await test.lab.gradcheck.start({ ...settings, references: [...references] }, weights).done;
  expect(run.failure).toBeNull();
  return test.lab.gradcheck.get({ runId: run.id }).report;
}

const accused = ({ reports }: GradcheckReport): string[] =>
  reports.flatMap(({ verdict, reference, tensor, reason }) =>
    verdict === "failed" ? [`${reference} ${tensor}: ${reason}`] : [],
  );

describe("gradients that cancel (issue 14, items 19, 21c)", () => {
  it("case 07: constant initialisation and a converged training are not accused, by any reference", async () => {
    expect(accused(await check(specOf("constant")))).toEqual([]);
    const trained = specOf("trained");
    const weights = await readParameters(networkOf(trained), join(CASES, "w"), "");
    const report = await check(trained, weights);
    expect(accused(report)).toEqual([]);
    expect(report.passed).toBe(true);
  });

  it.each(["zeros", "constant"] as const)(
    "item 21c: 1,000 rows of %s end with a verdict, and no worker is taken for dead",
    async (init) => {
      const base = specOf("constant");
      const report = await check(
        {
          ...base,
          layers: base.layers.map((layer) => (layer.type === "linear" ? { ...layer, init } : layer)),
          data: { ...base.data, rows: 1_000 },
        },
        null,
        ["float64", "direction"],
      );
      expect(accused(report)).toEqual([]);
      expect(report.reports.length).toBe(10);
    },
    HANG_GUARD_MS,
  );
});

describe("what a check cannot tell", () => {
  it("says up to which share a mistake could hide", async () => {
    const plain = (await check(specOf("trained"), null, ["float64"])).notes.join(" ");
    expect(plain).toMatch(/No mistake above [\d.e-]+ % of a gradient's norm could hide/);
    const cancelling = (await check(specOf("constant"), null, ["float64"])).notes.join(" ");
    expect(cancelling).toMatch(/A mistake could hide .* up to this share .*: .*(w1|w2|x|b1) /);
  });

  it("item 21d: where float32 overflows it names the place, and neither accuses nor passes", async () => {
    const spec = specOf("trained");
    const huge = (size: number): Float32Array => new Float32Array(size).fill(3e36);
    const weights = { w1: huge(784 * 20), b1: huge(20), w2: huge(200), b2: huge(10) };
    const report = await check({ ...spec, layers: [spec.layers[0], spec.layers[2]] }, weights);
    expect(report.passed).toBe(false);
    expect(accused(report)).toEqual([]);
    expect(report.reports.map(({ verdict }) => verdict)).toContain("not judged");
    expect(report.notes.join(" ")).toMatch(
      /float32 overflows: in float64 the output of layer \d is first beyond/,
    );
  });
});
