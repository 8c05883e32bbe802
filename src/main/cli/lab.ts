import { runCommandLine } from "./command-line.ts";

process.exitCode = await runCommandLine(process.argv);
// Worker threads of a cancelled run may still be ending; nothing is left to save.
process.exit();
