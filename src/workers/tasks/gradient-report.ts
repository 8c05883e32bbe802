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
  const uncertain = "shape" in allowances ? viewOf(memory, allowances, "float64").entries() : allowances;
  const certain = allowances instanceof Map && allowances.size === 0;
  const judged = certain ? expected : withinAllowances(values, expected, uncertain);
  return {
    ...compareInDetail(values, judged, beat),
    heatMap: errorHeatMap(ours.shape, values, judged, beat),
  };
}
