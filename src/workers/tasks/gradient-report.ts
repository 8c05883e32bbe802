import { compareInDetail, errorHeatMap, excuse } from "../../core/gradient-report.ts";
import { viewOf } from "../../shared/engine/tensor-view.ts";
import type { GradientReportAnswer, GradientReportTask } from "../../shared/engine/worker-tasks.ts";
import type { Control } from "../program/control.ts";

/** Compares a whole gradient with its reference, which is moved by what is allowed. */
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
  const excused = excuse(
    values,
    expected,
    {
      rounding: viewOf(memory, allowances.rounding, "float32"),
      kinks: viewOf(memory, allowances.kinks, "float32"),
    },
    beat,
  );
  return {
    ...compareInDetail(values, expected, beat),
    heatMap: errorHeatMap(ours.shape, values, expected, beat),
    excused,
  };
}
