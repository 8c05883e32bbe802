import { gradcheckReportSchema, type GradientReport } from "../../../shared/experiments/gradcheck.ts";
import type { GradientCheck } from "../../../shared/runs/run-records.ts";
import type { Store } from "../store.ts";
import { measuredField as measured, writeCsv, type Checkpoint, type CsvRow } from "./write-csv.ts";

const COLUMNS = [
  "run_id",
  "network",
  "loss",
  "bug",
  "stage",
  "reference",
  "tensor",
  "shape",
  "coordinates",
  "complete",
  "max_abs",
  "rel_max",
  "rel_norm",
  "hidden_by_atol",
  "allclose",
  "cosine",
  "kinks",
  "verdict",
  "reason",
  "worst_index",
  "worst_ours",
  "worst_reference",
  "machine",
] as const;

const ofReport = (report: GradientReport): CsvRow<string> => ({
  reference: report.reference,
  tensor: report.tensor,
  shape: report.shape.join("x"),
  coordinates: report.coordinates,
  complete: String(report.complete),
  max_abs: measured(report.maxAbs),
  rel_max: measured(report.relMax),
  rel_norm: measured(report.relNorm),
  hidden_by_atol: measured(report.hiddenByAtol),
  allclose: String(report.allclose),
  cosine: measured(report.cosine),
  kinks: report.kinks,
  verdict: report.verdict,
  reason: report.reason,
  worst_index: report.worst.index.join(" "),
  worst_ours: measured(report.worst.ours),
  worst_reference: measured(report.worst.reference),
});

const ofCheck = (check: GradientCheck): CsvRow<string> => ({
  stage: check.stage,
  reference: check.reference,
  tensor: check.tensor,
  shape: "",
  coordinates: check.coordinates,
  complete: "",
  max_abs: measured(check.maxAbs),
  rel_max: measured(check.relMax),
  rel_norm: measured(check.relNorm),
  hidden_by_atol: measured(check.hiddenByAtol),
  allclose: String(check.allclose),
  cosine: "",
  kinks: check.kinks,
  verdict: check.passed ? "passed" : "failed",
  reason: check.reason,
  worst_index: "",
  worst_ours: "",
  worst_reference: "",
});

function* rowsOf(store: Store, runIds: readonly string[]): Generator<CsvRow<string>> {
  for (const runId of runIds) {
    const { run, gradientChecks } = store.getRun(runId);
    // A finished check's report says more of the same tensors; a cancelled one has only what it had checked.
    if (run.kind !== "gradcheck" || !store.hasReport(runId)) {
      for (const check of gradientChecks) {
        yield {
          run_id: runId,
          network: run.name,
          loss: "",
          bug: "",
          ...ofCheck(check),
          machine: run.machineId,
        };
      }
      continue;
    }
    const { machine, report } = store.getReport(runId, "gradcheck", gradcheckReportSchema);
    for (const one of report.reports) {
      yield {
        run_id: runId,
        network: report.title,
        loss: measured(report.loss),
        bug: report.settings.bug ?? "",
        stage: "",
        ...ofReport(one),
        machine: machine.id,
      };
    }
  }
}

/**
 * Writes gradient checks as CSV, one row a tensor and reference; runs without any have no row.
 *
 * @returns the number of rows.
 * @throws {StoreError} If a run cannot be read or the file cannot be written: an earlier file is then as it was.
 */
export const exportGradchecksCsv = (
  store: Store,
  runIds: readonly string[],
  path: string,
  checkpoint?: Checkpoint,
): Promise<number> => writeCsv<string>(path, COLUMNS, rowsOf(store, runIds), checkpoint);
