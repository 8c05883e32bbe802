import type { Lab } from "../lab/lab.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { tuningText } from "./tuning-text.ts";

/** Tests and times the kernels again, saves the result and shows it. */
export async function runTuneCommand(lab: Lab, options: { readonly json?: true }): Promise<ExitCode> {
  const tuning = await lab.tuneKernels();
  process.stdout.write(
    options.json === true ? `${JSON.stringify(tuning, null, 2)}\n` : `${tuningText(tuning)}\n`,
  );
  return EXIT.ok;
}
