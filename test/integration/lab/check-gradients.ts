import { expect } from "vitest";
import type { Lab } from "../../../src/main/lab/lab.ts";
import type { GradientReference } from "../../../src/shared/experiments/gradcheck.ts";
import type { NetworkSpec } from "../../../src/shared/specs/network-spec.ts";

/** What a strict gradient check of a network says, five coordinates a tensor; the run must have finished. */
export async function checkGradients(
  lab: Lab,
  network: NetworkSpec,
  references: readonly GradientReference[] = ["float64"],
) {
  const run = await lab.gradcheck.start(
    {
      network,
      references: [...references],
      bug: null,
      coordinates: 5,
      tolerance: "strict",
      threads: 2,
    },
    null,
  ).done;
  expect(run).toMatchObject({ status: "finished", failure: null });
  return lab.gradcheck.get({ runId: run.id }).report;
}
