import type { Lab } from "../lab/lab.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { print, printJson } from "./print.ts";
import { tuningText } from "./tuning-text.ts";

/** Tests and times the kernels again, saves the result and shows it. */
export async function runTuneCommand(lab: Lab, options: { readonly json?: true }): Promise<ExitCode> {
  const tuning = await lab.kernels.tune();
  if (options.json === true) printJson(tuning);
  else print(`${tuningText(tuning)}\n`);
  return EXIT.ok;
}
