import { setV8Flags } from "../engine/v8-flags.ts";
import { runCommandLine } from "./command-line.ts";

const v8Flags = setV8Flags();
process.exitCode = await runCommandLine(process.argv, v8Flags);
// Worker threads of a cancelled run may still be ending; nothing is left to save.
process.exit();
