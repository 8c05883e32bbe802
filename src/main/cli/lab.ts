import { drainStandardStreams, watchStandardStreams } from "../shell/standard-streams.ts";
import { runCommandLine } from "./command-line.ts";
import { EXIT } from "./exit-code.ts";
import { Interruption } from "./interruption.ts";
import { complain } from "./print.ts";

const interruption = Interruption.ofProcess();
const streams = watchStandardStreams(() => interruption.request("SIGPIPE"));
process.exitCode = await runCommandLine(process.argv, interruption);
await drainStandardStreams();
if (streams.failure !== null) {
  complain(`lab: The output could not be written: ${streams.failure.message}.`);
  process.exitCode = EXIT.failedCheck;
}
await drainStandardStreams();
// Worker threads of a cancelled run may still be ending; nothing is left to save.
process.exit();
