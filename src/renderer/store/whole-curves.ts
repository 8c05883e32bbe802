import type { DrawnCurve } from "../../shared/runs/run-curves.ts";
import { ask } from "../bridge/lab.ts";

/** Every recorded point of a run's metrics, in the order of their names as given; those it does not have are left out. */
export async function readWholeCurves(
  runId: string,
  metrics: readonly string[],
): Promise<readonly DrawnCurve[]> {
  const curves = await ask(
    window.lab.runsCurves({
      runIds: [runId],
      metrics: [...metrics],
      columns: null,
      steps: null,
      smoothings: [],
      at: [],
    }),
  );
  return metrics.flatMap((name) => curves.filter(({ metric }) => metric === name));
}
