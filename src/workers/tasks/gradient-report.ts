import { compareInDetail, errorHeatMap, withinAllowances } from "../../core/gradient-report.ts";
import { viewOf } from "../../shared/tensor-view.ts";
import type { GradientReportAnswer, GradientReportTask } from "../../shared/worker-tasks.ts";
import type { Control } from "../program/control.ts";

/** Compares a whole gradient with its reference. */
export function runGradientReport(
  { ours, reference, allowances }: GradientReportTask,
  memory: WebAssembly.Memory,
  control: Control,
): GradientReportAnswer {
  const beat = (): void => {
    control.beat();
  };
  beat();
  const values = viewOf(memory, ours, "float32");
  const expected =
    reference.dtype === "float32"
      ? viewOf(memory, reference, "float32")
      : viewOf(memory, reference, "float64");
  const judged = allowances.size === 0 ? expected : withinAllowances(values, expected, allowances);
  return {
    ...compareInDetail(values, judged, beat),
    heatMap: errorHeatMap(ours.shape, values, judged, beat),
  };
}
