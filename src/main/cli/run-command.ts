import { resolve } from "node:path";
import * as v from "valibot";
import { counted } from "../../core/counted.ts";
import type { JudgedCell } from "../../core/judge/judge-document.ts";
import { cellLabel } from "../../shared/documents/lab-document.ts";
import { liveSettingsSchema } from "../../shared/live/live-settings.ts";
import { formatDuration } from "../../shared/format/duration.ts";
import { judgeCell } from "../lab/live/judge-cell.ts";
import type { DocumentListener, DocumentRun } from "../lab/live/run-document.ts";
import type { Lab } from "../lab/lab.ts";
import { cellErrorText, cellOutputText } from "../report/cell-output-text.ts";
import { notebookOutputs } from "../report/exported-document.ts";
import { judgedCellText } from "../report/judged-cell-text.ts";
import type { DocumentFile } from "../lab/documents/read-document-file.ts";
import { writeDocumentFile } from "./write-document-file.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { complain, print, printJson, warn } from "./print.ts";
import { showProgress } from "./show-progress.ts";

export interface RunOptions {
  readonly cells?: readonly string[];
  readonly seed?: number;
  readonly threads?: number;
  readonly rows?: number;
  /** In milliseconds. */
  readonly limit?: number;
  readonly ipynb?: string;
  readonly force?: true;
  readonly json?: true;
  /** False: leaves no run. */
  readonly save?: boolean;
}

/** Whether it leaves a run: of a whole notebook, unless it is to leave none. */
export const savesRun = ({ cells, save }: RunOptions): boolean => cells === undefined && save !== false;

/** Runs a notebook's cells; prints what they show as they show it, or JSON at the end with `--json`. */
export async function runRunCommand(
  lab: Lab,
  { path, document, notices }: DocumentFile,
  options: RunOptions,
): Promise<ExitCode> {
  const { header } = document;
  const settings = v.parse(liveSettingsSchema, {
    seed: options.seed ?? header.seed,
    threads: options.threads ?? header.threads,
    rows: options.rows ?? header.rows,
    limitMs: options.limit ?? null,
  });
  const overwrite = options.force === true;
  const ipynb = options.ipynb === undefined ? null : resolve(options.ipynb);
  if (ipynb !== null) lab.runs.requireTargets([ipynb], { overwrite });
  for (const notice of notices) warn(notice);
  const json = options.json === true;
  const say = (text: string): void => {
    if (!json) print(text);
  };
  const judged = new Map<string, JudgedCell>();
  const stopProgress = showProgress(lab);
  const saves = savesRun(options) && !lab.diagnostics.get().database.readOnly;
  if (savesRun(options) && !saves) warn("the database cannot be written; the run is not saved");
  let run: DocumentRun & { readonly runId?: string };
  try {
    const listener: DocumentListener = {
      onCell: (cell) => {
        const label = cellLabel(cell);
        say(`\n[${cell.id}]${label === cell.id ? "" : ` ${label}`}\n`);
      },
      onOutput: (_cell, output) => {
        say(`${cellOutputText(output)}\n`);
      },
      onEnd: (ran) => {
        const found = judgeCell(header.judge, settings.rows, ran.result);
        if (found !== null) {
          judged.set(ran.cell.id, found);
          say(`${judgedCellText(found)}\n`);
        }
        if (ran.result.error !== null) say(`${cellErrorText(ran.result.error)}\n`);
      },
    };
    run = saves
      ? await lab.session.runSaved({ document, settings }, listener)
      : await lab.live.run({ document, settings, cells: options.cells ?? null }, listener);
  } finally {
    stopProgress();
  }
  const failed = run.cells.filter(({ result }) => result.error !== null);
  const disagreeing = [...judged].filter(([, { verdict }]) => verdict === "failed");
  if (json) {
    printJson({
      file: path,
      title: header.title,
      run: run.runId ?? null,
      settings,
      cells: run.cells.map(({ cell, result }) => ({
        ...result,
        title: cellLabel(cell),
        judged: judged.get(cell.id) ?? null,
      })),
      left: run.left.map(({ id }) => id),
    });
  } else {
    const took = formatDuration(run.cells.reduce((total, { result }) => total + result.wallMs, 0));
    const saved = run.runId === undefined ? "" : `, saved as ${run.runId}`;
    say(`\n${summary(run, judged)} in ${took}${saved}\n`);
  }
  if (ipynb !== null)
    await writeDocumentFile(
      ipynb,
      { document, outputs: notebookOutputs(run.cells.map(({ result }) => result)) },
      { overwrite },
    );
  for (const { cell, result } of failed) complain(`Cell ${cell.id} failed: ${result.error?.message ?? ""}`);
  return failed.length === 0 && run.left.length === 0 && disagreeing.length === 0
    ? EXIT.ok
    : EXIT.failedCheck;
}

function summary(run: DocumentRun, judged: ReadonlyMap<string, JudgedCell>): string {
  const counts = new Map<string, number>();
  for (const { verdict } of judged.values()) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const verdicts = [...counts].map(([verdict, count]) => `, ${count} ${verdict}`).join("");
  const left =
    run.left.length === 0 ? "" : `, ${run.left.length} not run (${run.left.map(({ id }) => id).join(", ")})`;
  return `${counted(run.cells.length, "cell")} ran${verdicts}${left}`;
}
