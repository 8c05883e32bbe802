import { initReportSchema, type InitSide, type TensorReport } from "../../../shared/experiments/init.ts";
import type { Store } from "../store.ts";
import { measuredField as measured, writeCsv, type Checkpoint, type CsvRow } from "./write-csv.ts";

const STATISTICS = [
  "mean",
  "std",
  "min",
  "max",
  "zero_share",
  "never_active_share",
  "saturated_share",
  "nan",
  "infinite",
] as const;

const COLUMNS = [
  "run_id",
  "side",
  "scheme",
  "loss",
  "position",
  "layer",
  "type",
  "shape",
  ...STATISTICS.map((name) => `activation_${name}`),
  ...STATISTICS.map((name) => `gradient_${name}`),
  "weight_std",
  "verdict",
  "reason",
  "rule",
  "source",
  "machine",
] as const;

/** The statistics in the order of their columns; empty ones of a gradient that was not asked for. */
function statisticsOf(of: "activation" | "gradient", tensor: TensorReport | null): CsvRow<string> {
  const values =
    tensor === null
      ? STATISTICS.map(() => "")
      : [
          measured(tensor.mean),
          measured(tensor.std),
          measured(tensor.min),
          measured(tensor.max),
          measured(tensor.zeroShare),
          measured(tensor.neverActiveShare),
          measured(tensor.saturatedShare),
          tensor.nan,
          tensor.infinite,
        ];
  return Object.fromEntries(STATISTICS.map((name, index) => [`${of}_${name}`, values[index] ?? ""]));
}

/** The input stands before the layers, at position 0. */
function* rowsOfSide({ title, input, layers, loss }: InitSide): Generator<CsvRow<string>> {
  const side = { scheme: title, loss: measured(loss) };
  yield {
    ...side,
    position: 0,
    layer: "input",
    type: "input",
    shape: input.shape.join("x"),
    ...statisticsOf("activation", input),
    ...statisticsOf("gradient", null),
    weight_std: "",
    verdict: "",
    reason: "",
    rule: "",
    source: "",
  };
  for (const { position, label, type, activation, gradient, weightStd, light } of layers) {
    yield {
      ...side,
      position,
      layer: label,
      type,
      shape: activation.shape.join("x"),
      ...statisticsOf("activation", activation),
      ...statisticsOf("gradient", gradient),
      weight_std: measured(weightStd),
      ...light,
    };
  }
}

function* rowsOf(store: Store, runIds: readonly string[]): Generator<CsvRow<string>> {
  for (const runId of runIds) {
    const { run } = store.getRun(runId);
    // One that was cut short has no report.
    if (run.kind !== "init" || !store.hasReport(runId)) continue;
    const { machine, report } = store.getReport(runId, "init", initReportSchema);
    for (const [index, side] of report.sides.entries()) {
      for (const row of rowsOfSide(side))
        yield { run_id: runId, side: index + 1, ...row, machine: machine.id };
    }
  }
}

/**
 * Writes initialisations as CSV, one row a side and layer, with the input before each side's first layer; runs of other
 * kinds have no row.
 *
 * @returns the number of rows.
 * @throws {StoreError} If a run cannot be read or the file cannot be written: an earlier file is then as it was.
 */
export const exportLayersCsv = (
  store: Store,
  runIds: readonly string[],
  path: string,
  checkpoint?: Checkpoint,
): Promise<number> => writeCsv<string>(path, COLUMNS, rowsOf(store, runIds), checkpoint);
