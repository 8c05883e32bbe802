import { resolve } from "node:path";
import { runProgram } from "./run-program.ts";

// Built into out/main, two folders below the project; Electron runs it as Node.
const place = { appPath: resolve(import.meta.dirname, "..", ".."), packagedIn: null };
// Worker threads of a cancelled run may still be ending; nothing is left to save.
process.exit(await runProgram(process.argv, place));
