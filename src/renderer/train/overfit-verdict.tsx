import { isOverfitSpec } from "../../shared/specs/train-presets.ts";
import type { RunSummary } from "../../shared/runs/run-records.ts";
import type { TrainingLog } from "./training-log.ts";
import { judgeOverfit } from "./judge-overfit.ts";
import { parseSpecText } from "./train-form.ts";
import own from "./train-view.module.css";

/** Under a training on a few rows: whether the network can learn them by heart, and why not. */
export function OverfitVerdict({ run, log }: { readonly run: RunSummary; readonly log: TrainingLog }) {
  const text = run.config["spec"];
  if (run.status === "running" || typeof text !== "string") return null;
  const spec = parseSpecText(text);
  if (!isOverfitSpec(spec)) return null;
  const { learned, reached, why } = judgeOverfit(spec, run, log);
  return (
    <div className={own["verdict"]} data-learned={learned} role="status" aria-label="Overfitting verdict">
      <strong>
        {learned ? "It can" : "It cannot"} learn {spec.data.rows} rows by heart: {reached}.
      </strong>
      <p>{why}</p>
    </div>
  );
}
