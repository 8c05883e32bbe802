import { gradcheckReportSchema, type GradientReport } from "../../shared/gradcheck.ts";
import type { Store } from "./store.ts";
import { writeCsv, type CsvRow } from "./write-csv.ts";

const COLUMNS = [
  ...["run_id", "network", "loss", "bug", "reference", "tensor", "shape", "coordinates", "complete"],
  ...["max_abs", "rel_max", "rel_norm", "hidden_by_atol", "allclose", "cosine", "kinks", "verdict", "reason"],
  ...["worst_index", "worst_ours", "worst_reference", "machine"],
] as const;

/** What was not measured is an empty field: a spreadsheet takes "NaN" for text. */
const measured = (value: number): number | string => (Number.isNaN(value) ? "" : value);

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

function* rowsOf(store: Store, runIds: readonly string[]): Generator<CsvRow<string>> {
  for (const runId of runIds) {
    const { machine, report } = store.getReport(runId, "gradcheck", gradcheckReportSchema);
    for (const one of report.reports) {
      yield {
        ...{ run_id: runId, network: report.title, loss: measured(report.loss) },
        ...{ bug: report.settings.bug ?? "", ...ofReport(one), machine: machine.id },
      };
    }
  }
}

/**
 * Writes gradient checks as CSV, one row a tensor and reference.
 *
 * @returns the number of rows.
 * @throws {StoreError} If a run is no gradient check or the file cannot be written: an earlier file is then as it was.
 */
export const exportGradchecksCsv = (store: Store, runIds: readonly string[], path: string): Promise<number> =>
  writeCsv<string>(store, path, COLUMNS, rowsOf(store, runIds));
