import type { GradientCheck } from "../../../shared/runs/run-records.ts";
import type { CellOutcome } from "./cell-runner.ts";
import { checkByDifferences } from "./check-by-differences.ts";
import { checkByReference } from "./check-by-reference.ts";
import type { NotebookSession, StageGradients } from "./session.ts";
import { GRADIENT_NAMES } from "../compute/notebook-network.ts";
import type { ActivityHandle } from "../activity/activity-handle.ts";

/**
 * Checks the five gradients of a stage against the float64 reference (all coordinates) and central differences (a
 * seeded sample). A tensor passes when it passes both.
 */
export async function checkGradients(
  session: NotebookSession,
  activity: ActivityHandle,
  options: { readonly stage: string; readonly gradients: StageGradients },
): Promise<CellOutcome & { readonly details: { readonly gradientChecks: GradientCheck[] } }> {
  const { stage, gradients } = options;
  const { rows, coordinates } = session.settings;
  activity.phase(`float64 reference over ${rows.toLocaleString("en")} rows`);
  const { checks, referenceLoss } = await checkByReference(
    session,
    stage,
    gradients,
    activity.part({ from: 0, to: 0.7 }).progress,
  );
  activity.phase(`central differences at ${coordinates} coordinates a tensor`);
  const differences = await checkByDifferences(
    session,
    stage,
    gradients,
    activity.part({ from: 0.7, to: 1 }).progress,
  );
  const gradientChecks = [...checks, ...differences];
  const passed = GRADIENT_NAMES.filter((tensor) =>
    gradientChecks.every((check) => check.tensor !== tensor || check.passed),
  ).length;
  return {
    measured: {
      passed,
      worstRelNorm: Math.max(...checks.map(({ relNorm }) => relNorm)),
      worstFiniteDifference: Math.max(...differences.map(({ relMax }) => relMax)),
      xHiddenByAtol: checks.find(({ tensor }) => tensor === "x")?.hiddenByAtol ?? NaN,
      loss: gradients.loss,
      referenceLoss,
    },
    details: { gradientChecks },
  };
}
