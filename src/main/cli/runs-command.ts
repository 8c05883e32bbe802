import { formatDate } from "../../shared/format/date.ts";
import { namedQuantity } from "../../shared/format/named-quantity.ts";
import { withoutMemory } from "../../shared/runs/memory-quantities.ts";
import type { ListedRun } from "../../shared/runs/run-records.ts";
import type { Lab } from "../lab/lab.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { print, printJson } from "./print.ts";
import { textTable } from "../report/text-table.ts";
import { COMMAND_NAME } from "../place/command-name.ts";

const keyNumbers = ({ summary, kind, failure }: ListedRun): string =>
  kind === "unreadable"
    ? (failure ?? "")
    : Object.entries(withoutMemory(summary))
        .filter(([name]) => !name.startsWith("mainDelay"))
        .map(([name, value]) => `${name} ${namedQuantity(name, value).text}`)
        .join(", ");

/** Lists the saved runs that a query finds, newest first. */
export async function runRunsCommand(
  lab: Pick<Lab, "runs">,
  query: string,
  options: { readonly json?: true; readonly archived?: true },
): Promise<ExitCode> {
  const ids = await lab.runs.find(query, options.archived === true ? "all" : "active");
  const runs = lab.runs.listed(ids);
  if (options.json === true) {
    printJson(runs);
  } else if (runs.length === 0) {
    print(
      query === ""
        ? `No run is saved yet; "${COMMAND_NAME} notebook" makes the first.\n`
        : "No run matches the query.\n",
    );
  } else {
    const rows = runs.map((run) => [
      run.id,
      run.kind,
      run.status,
      formatDate(run.startedAt),
      run.name,
      run.tags.join(" "),
      keyNumbers(run),
    ]);
    print(`${textTable(["run", "kind", "status", "started", "name", "tags", "key numbers"], rows)}\n`);
  }
  return EXIT.ok;
}
