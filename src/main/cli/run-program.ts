import { drainStandardStreams, watchStandardStreams } from "../shell/standard-streams.ts";
import { runCommandLine } from "./command-line.ts";
import { EXIT } from "./exit-code.ts";
import { Interruption } from "./interruption.ts";
import type { CommandPlace } from "./command-place.ts";
import { warn } from "./print.ts";

/**
 * Runs a command as the whole program: until everything it printed has left this process.
 *
 * @param argv As a script gets it: two entries, then the arguments.
 * @returns the exit code.
 */
export async function runProgram(argv: readonly string[], place: CommandPlace): Promise<number> {
  const interruption = Interruption.ofProcess();
  const streams = watchStandardStreams(() => interruption.request("SIGPIPE"));
  const code = await runCommandLine(argv, { interruption, place });
  await drainStandardStreams();
  if (streams.failure === null) return code;
  warn(`The output could not be written: ${streams.failure.message}.`);
  await drainStandardStreams();
  return EXIT.failedCheck;
}
