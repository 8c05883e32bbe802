import type { RunSummary } from "../../shared/run-records.ts";
import type { Lab } from "../lab/lab.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { textTable } from "./text-table.ts";

const keyNumbers = ({ summary }: RunSummary): string =>
  Object.entries(summary)
    .map(
      ([name, value]) =>
        `${name} ${typeof value === "number" ? Number(value.toPrecision(4)) : String(value)}`,
    )
    .join(", ");

/** Lists the saved runs. */
export function runRunsCommand(lab: Lab, options: { readonly json?: true }): ExitCode {
  const runs = lab.listRuns();
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(runs, null, 2)}\n`);
  } else if (runs.length === 0) {
    process.stdout.write("No run is saved yet; `lab notebook` makes the first.\n");
  } else {
    const rows = runs.map((run) => [run.id, run.kind, run.status, run.startedAt, run.name, keyNumbers(run)]);
    process.stdout.write(
      `${textTable(["run", "kind", "status", "started (UTC)", "name", "key numbers"], rows)}\n`,
    );
  }
  return EXIT.ok;
}
