import { resolve } from "node:path";
import { trainSpecSchema, type TrainSpec } from "../../shared/specs/train-spec.ts";
import type { GivenParameters } from "../lab/compute/network-setup.ts";
import type { Lab } from "../lab/lab.ts";
import { textTable } from "../report/text-table.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { complain, print, printJson } from "./print.ts";
import { readSpec } from "./read-spec.ts";
import { showProgress } from "./show-progress.ts";
import { givenWeights } from "./train-command.ts";

export interface FindLrOptions {
  readonly threads: number;
  readonly csv?: string;
  readonly force?: true;
  readonly json?: true;
}

export interface LrSearchWanted {
  readonly spec: TrainSpec;
  readonly given: GivenParameters | null;
}

/** @throws {ContractError} If the spec's file cannot be used. @throws {DataFormatError} If its weights' file cannot. */
export async function lrSearchWanted(file: string): Promise<LrSearchWanted> {
  const spec = await readSpec(trainSpecSchema, file);
  return { spec, given: await givenWeights(spec, file) };
}

const said = (lr: number | null): string => (lr === null ? "none" : lr.toPrecision(2));

/** Searches a learning rate; prints what each seed suggests and their middle, or JSON with the curves. */
export async function runFindLrCommand(
  lab: Lab,
  wanted: LrSearchWanted,
  options: FindLrOptions,
): Promise<ExitCode> {
  const csv = options.csv === undefined ? [] : [resolve(options.csv)];
  const overwrite = options.force === true;
  lab.runs.requireTargets(csv, { overwrite });
  const stopProgress = showProgress(lab);
  const run = await lab.lrsearch.start({ ...wanted, threads: options.threads }).done.finally(stopProgress);
  if (run.failure !== null) complain(`The search failed: ${run.failure}`);
  for (const path of csv) await lab.runs.export({ what: "metrics", runIds: [run.id], path, overwrite });
  const { searches, suggested, reason } = lab.lrsearch.get({ runId: run.id }).report;
  if (options.json === true) {
    printJson({ run: run.id, status: run.status, suggested, reason, searches });
  } else {
    const rows = searches.map((search) => [
      String(search.seed),
      String(search.steps),
      said(search.suggested),
      search.reason,
    ]);
    print(`${textTable(["seed", "steps", "suggested", "ended because"], rows)}\n\n`);
    print(`suggested: ${said(suggested)} (${reason}); run ${run.id}\n`);
  }
  return run.status === "finished" ? EXIT.ok : EXIT.failedCheck;
}
