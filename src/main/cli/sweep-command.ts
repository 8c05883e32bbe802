import { basename } from "node:path";
import { formatNumber } from "../../shared/format/number.ts";
import type { QuantityValue, RunSummary } from "../../shared/runs/run-records.ts";
import { expandSweep, sweepSpecSchema, type SweepSpec } from "../../shared/specs/sweep-spec.ts";
import type { Lab } from "../lab/lab.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Interruption } from "./interruption.ts";
import { print, printJson, warn } from "./print.ts";
import { readSpec, sweepIn } from "./read-spec.ts";
import { showProgress } from "./show-progress.ts";
import { textTable } from "../report/text-table.ts";
import { givenWeights, trainingResult } from "./train-command.ts";

const cell = (value: QuantityValue | undefined): string =>
  typeof value === "number" ? formatNumber(value) : "–";

/** A sweep and the file that says it: its name is the sweep's, its folder the weights'. */
export interface SweepWanted {
  readonly sweep: SweepSpec;
  readonly file: string;
}

/** @throws {ContractError} If the file cannot be used. */
export const sweepWanted = async (file: string): Promise<SweepWanted> => ({
  sweep: await readSpec(sweepSpecSchema, file),
  file,
});

/**
 * Runs the trainings of a sweep one after another: those that are over are not run again, those that were cut short go
 * on where they were. Called again after an interruption, it does what is missing.
 */
export async function runSweepCommand(
  lab: Lab,
  { sweep, file }: SweepWanted,
  options: { readonly threads: number; readonly json?: true },
  interruption: Interruption,
): Promise<ExitCode> {
  const trainings = expandSweep(sweepIn(lab, sweep));
  const stopProgress = showProgress(lab);
  const done: { note: string; run: RunSummary }[] = [];
  try {
    for (const { spec, choice, note } of trainings) {
      if (interruption.requested) break;
      const given = await givenWeights(spec, file);
      const { threads } = options;
      const before = lab.training.standing({ spec, threads, given });
      if (before !== null && !before.over) {
        warn(`${note}: run ${before.run.id} goes on where it was cut short`);
      }
      const run =
        before === null
          ? await lab.training.start({ spec, threads, given, sweep: basename(file) }).done
          : before.over
            ? before.run
            : await lab.training.resume({ runId: before.run.id, given }).done;
      done.push({ note, run });
      if (before?.over !== true && run.status === "cancelled") break;
      if (options.json === true) {
        printJson({ ...choice, ...trainingResult(run) }, { oneLine: true });
      }
    }
  } finally {
    stopProgress();
  }
  if (options.json !== true) {
    const lossOf = ({ run }: (typeof done)[number]): number => {
      const loss = run.summary["finalValidLoss"];
      return typeof loss === "number" && !Number.isNaN(loss) ? loss : Infinity;
    };
    const rows = done
      .toSorted((a, b) => lossOf(a) - lossOf(b))
      .map(({ note, run: { id, status, summary } }) => [
        note,
        id,
        status,
        cell(summary["finalTrainLoss"]),
        cell(summary["finalValidLoss"]),
        cell(summary["validAccuracy"]),
        cell(summary["seconds"]),
      ]);
    const head = [
      "values",
      "run",
      "status",
      "training loss",
      "validation loss",
      "validation accuracy",
      "seconds",
    ];
    print(`${textTable(head, rows)}\n`);
  }
  return done.length === trainings.length && done.every(({ run }) => run.status === "finished")
    ? EXIT.ok
    : EXIT.failedCheck;
}
