import { Command, CommanderError } from "commander";
import * as v from "valibot";
import { toWireError } from "../../shared/ipc/wire-error.ts";
import { COMMAND_NAME } from "../place/command-name.ts";
import { ExperimentCancelled } from "../lab/activity/experiment-cancelled.ts";
import { addDataCommands } from "./add-data-commands.ts";
import { addExperimentCommands } from "./add-experiment-commands.ts";
import { addInstallCommands } from "./add-install-commands.ts";
import { addLessonCommands } from "./add-lesson-commands.ts";
import { addMachineCommands } from "./add-machine-commands.ts";
import { addNotebookCommands } from "./add-notebook-commands.ts";
import { addRunCommands } from "./add-run-commands.ts";
import { addSweepCommands } from "./add-sweep-commands.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { CommandHost } from "./in-lab.ts";
import { warn } from "./print.ts";
import { UsageError } from "./usage-error.ts";

/** In the order of the help. */
const GROUPS = [
  addNotebookCommands,
  addLessonCommands,
  addExperimentCommands,
  addSweepCommands,
  addRunCommands,
  addMachineCommands,
  addDataCommands,
  addInstallCommands,
];

/** The whole tree of commands. */
export function buildProgram(host: CommandHost): Command {
  const program = new Command(COMMAND_NAME)
    .description("Backprop Lab without a window: the same code and the same database.")
    .addHelpText(
      "after",
      "\nExit codes: 0 ok, 1 failed check, failed run or damaged database, 2 wrong usage, 128 + n ended by signal n.",
    )
    .showHelpAfterError(`(${COMMAND_NAME} --help lists the commands)`)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  for (const addCommands of GROUPS) addCommands(program, host);
  return program;
}

/**
 * Runs `lab …`; errors go to stderr in words.
 *
 * @param argv As a script gets it: two entries, then the arguments.
 * @param host `interruption` asks for an early end: what was computed is kept and shown.
 * @returns the exit code.
 */
export async function runCommandLine(
  argv: readonly string[],
  host: Omit<CommandHost, "setExitCode">,
): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const setExitCode = (code: ExitCode): void => {
    exitCode = code;
  };
  try {
    await buildProgram({ ...host, setExitCode }).parseAsync(argv);
    return exitCode;
  } catch (error) {
    // Commander has printed its own message already; help and version end with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.wrongUsage;
    const { exitCode: interrupted, kind } = host.interruption;
    if (error instanceof ExperimentCancelled && interrupted !== null) {
      // A reader that has ended wants to hear nothing more.
      if (kind !== "SIGPIPE") warn("cancelled");
      return interrupted;
    }
    warn(toWireError(error).message);
    return error instanceof v.ValiError || error instanceof UsageError ? EXIT.wrongUsage : EXIT.failedCheck;
  }
}
