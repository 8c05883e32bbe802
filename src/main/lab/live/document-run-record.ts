import { counted } from "../../../core/counted.ts";
import type { DocumentRunReport } from "../../../shared/experiments/document-run.ts";
import { cellLabel, type DocumentCell } from "../../../shared/documents/lab-document.ts";
import { writeLabDocument } from "../../../shared/documents/write-lab-document.ts";
import type { CellResult as LiveResult } from "../../../shared/live/cell-result.ts";
import type { CheckReport } from "../../../shared/live/check-report.ts";
import type { ShownValue, Timing as LiveTiming } from "../../../shared/live/cell-output.ts";
import type { StoredCell } from "../../../shared/live/live-session.ts";
import type { LiveSettings } from "../../../shared/live/live-settings.ts";
import type {
  CellResult,
  GradientCheck,
  Quantities,
  Timing,
  Verdict,
} from "../../../shared/runs/run-records.ts";
import type { NewRun, Store } from "../../store/store.ts";
import { noteNotFinite } from "../activity/note-not-finite.ts";
import type { PlannedDocument } from "./planned-document.ts";

const shownOf = ({ outputs }: LiveResult): readonly ShownValue[] =>
  outputs.flatMap((output) => (output.kind === "show" ? output.values : []));

/** As the table of timings has them: one row a sample. */
function timingRows(stage: string, rows: number, { samplesMs, threads }: LiveTiming): Timing[] {
  return samplesMs.map((ms, sample) => ({ stage, pass: "call", sample, ms, warmup: false, threads, rows }));
}

/** As the table of gradient checks has them: one row a tensor. */
function checkRows(stage: string, { gradients }: CheckReport): GradientCheck[] {
  return gradients
    .filter(({ verdict }) => verdict !== "not judged")
    .map(({ name, shape, verdict, relNorm, relMax, belowAtol, reason }) => ({
      stage,
      reference: "float64",
      tensor: name,
      coordinates: shape.reduce((product, size) => product * size, 1),
      allclose: verdict === "right",
      maxAbs: NaN,
      relMax,
      relNorm,
      hiddenByAtol: belowAtol,
      kinks: 0,
      passed: verdict === "right",
      reason,
    }));
}

function verdictOf(
  { error, outputs }: LiveResult,
  judged: StoredCell["judged"],
): { readonly verdict: Verdict; readonly reason: string } {
  if (error !== null) return { verdict: "failed", reason: error.message };
  if (judged !== null) return judged;
  const checks = outputs.filter(({ kind }) => kind === "check").length;
  return { verdict: "measured", reason: checks === 0 ? "" : `${counted(checks, "check")} passed` };
}

/** The row of a run's cell. */
function cellRow(
  { result, judged, at }: Pick<StoredCell, "result" | "judged" | "at">,
  { cell, order, rows }: { readonly cell: DocumentCell; readonly order: number; readonly rows: number },
): CellResult {
  const title = cellLabel(cell);
  const shown = shownOf(result);
  const expected = judged?.numbers.flatMap(({ name, expected: value }) =>
    value === null ? [] : [[name, value]],
  );
  const measured: Quantities = Object.fromEntries([
    ...shown.map(({ name, value }) => [name, value] as const),
    // In the original's unit.
    ...(judged?.numbers.flatMap(({ name, measured: value }) =>
      value === null ? [] : [[name, value] as const],
    ) ?? []),
  ]);
  return {
    cell: cell.id,
    title,
    order,
    startedAt: at,
    ms: result.wallMs,
    expected: Object.fromEntries(expected ?? []) as Quantities,
    measured,
    ...verdictOf(result, judged),
    details: {
      statistics: [],
      histograms: [],
      gradients: [],
      timings: shown.flatMap(({ name, timing }) =>
        timing === null ? [] : timingRows(`${title}: ${name}`, rows, timing),
      ),
      gradientChecks: result.outputs.flatMap((output) =>
        output.kind === "check" ? checkRows(title, output.report) : [],
      ),
    },
  };
}

/** Takes down a run of a whole notebook: a row a cell as it ends, text and outputs at the end. */
export class DocumentRunRecord {
  readonly #planned: PlannedDocument;
  readonly #settings: LiveSettings;
  readonly #cells: DocumentRunReport["cells"] = [];
  readonly #ended: CellResult[] = [];

  constructor(planned: PlannedDocument, settings: LiveSettings) {
    this.#planned = planned;
    this.#settings = settings;
  }

  /** @param wanted The cells that were asked for; null for all. */
  newRun(wanted: readonly string[] | null = null): Omit<NewRun, "machineId" | "startedAt"> {
    const { title } = this.#planned.document.header;
    const { seed, threads, rows } = this.#settings;
    return {
      kind: "notebook",
      name: title,
      threads,
      rows,
      config: {
        document: title,
        seed,
        rows,
        threads,
        cells: wanted === null ? this.#planned.cells.length : wanted.join(", "),
        codeHash: this.#planned.key.slice(0, 16),
      },
    };
  }

  addCell(
    store: Pick<Store, "addCell">,
    runId: string,
    ended: Pick<StoredCell, "cell" | "result" | "judged" | "at">,
  ): void {
    const cell = this.#planned.cell(ended.cell);
    const row = cellRow(ended, { cell, order: this.#ended.length + 1, rows: this.#settings.rows });
    this.#ended.push(row);
    this.#cells.push({ title: row.title, result: ended.result, judged: ended.judged });
    store.addCell(runId, row);
  }

  /** @param left Ids of cells that did not run. */
  saveReport(store: Pick<Store, "saveReport">, runId: string, left: readonly string[]): void {
    const report: DocumentRunReport = {
      title: this.#planned.document.header.title,
      text: writeLabDocument(this.#planned.document),
      settings: this.#settings,
      codeHash: this.#planned.key,
      cells: this.#cells,
      left: [...left],
    };
    store.saveReport(runId, report);
  }

  /** The numbers that a list of runs shows. */
  summary(): Quantities {
    const count = (wanted: Verdict): number => this.#ended.filter(({ verdict }) => verdict === wanted).length;
    const checks = this.#ended.flatMap(({ details }) => details.gradientChecks);
    const measured = this.#ended.flatMap(({ cell, measured: ofCell }) =>
      Object.entries(ofCell).flatMap(([name, value]) =>
        [value].flat().map((one) => [`${name} of cell ${cell}`, one] as const),
      ),
    );
    const loss = this.#ended.findLast((ended) => typeof ended.measured["loss"] === "number")?.measured[
      "loss"
    ];
    const numbers = {
      cells: this.#ended.length,
      exact: count("exact"),
      inBand: count("in band"),
      differs: count("differs"),
      failed: count("failed"),
      checks: checks.length,
      checksFailed: checks.filter(({ passed }) => !passed).length,
      // What the last cell that showed one had.
      ...(loss === undefined ? {} : { loss }),
    };
    return noteNotFinite(numbers, measured);
  }
}
