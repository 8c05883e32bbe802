import { InvalidArgumentError, type Command } from "commander";
import type { Lab } from "../lab/lab.ts";
import type { ExitCode } from "./exit-code.ts";
import { runGradeCommand, type GradeOptions } from "./grade-command.ts";
import type { Interruption } from "./interruption.ts";
import {
  runHandOutCommand,
  runLessonsCommand,
  runLessonsTestCommand,
  type LessonsTestOptions,
} from "./lessons-command.ts";
import type { CommandNeeds } from "./command-place.ts";
import { parseLimit } from "./run-command.ts";

interface CommonOptions {
  readonly database?: string;
  readonly json?: true;
}

/** Opens a lab, runs a command in it, closes it. */
type InLab = (needs: CommandNeeds, command: (lab: Lab) => Promise<ExitCode> | ExitCode) => Promise<void>;

/** Threads of checks: a lesson's notebooks are small. */
const THREADS = 2;

function limit(text: string): number {
  const ms = parseLimit(text);
  if (ms === null) throw new InvalidArgumentError("expected a length of time above 0, such as 30s or 2m.");
  return ms;
}

/** `lab lessons` and what belongs to it. */
export function addLessonCommands(
  program: Command,
  inLab: InLab,
  host: { readonly interruption: Interruption; readonly setExitCode: (code: ExitCode) => void },
): void {
  const force = ["--force", "replace files that are there already"] as const;
  const database = ["--database <file>", "database to use instead of the app's"] as const;
  const computing = (options: CommonOptions): CommandNeeds => {
    return { ...options, threads: THREADS, readOnly: true, emptyIfMissing: true };
  };
  const lessons = program
    .command("lessons")
    .description("list the lessons with your progress; for teachers: test, hand out and grade lessons")
    .option("--json", "print JSON instead of a list")
    .option(...database)
    .action(async (options: CommonOptions) => {
      const needs = { ...options, threads: 0, readOnly: true, emptyIfMissing: true };
      await inLab(needs, (lab) => runLessonsCommand(lab, options));
    });

  lessons
    .command("test")
    .description("prove that each exercise's solution passes its check and its starter fails it")
    .argument("<path>", "lesson (.lab.ts or .ipynb), or a folder of them")
    .option("--limit <time>", "longest time of an exercise (default: 60s)", limit)
    .option("--json", "print JSON instead of text")
    .option(...database)
    .action(async (path: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<LessonsTestOptions & CommonOptions>();
      await inLab(computing(options), (lab) => runLessonsTestCommand(lab, path, options));
    });

  lessons
    .command("hand-out")
    .description("write a lesson without its solutions, as one file for students")
    .argument("<file>", "lesson with solutions")
    .requiredOption("--out <file>", "file to write")
    .option(...force)
    .action(async (file: string, options: { out: string; force?: true }) => {
      host.setExitCode(await runHandOutCommand(file, options));
    });

  lessons
    .command("grade")
    .description("check many students' files, each exercise in a fresh sandbox: one row an exercise")
    .argument("<folder>", "folder of .lab.ts and .ipynb files")
    .requiredOption("--lesson <file>", "the lesson with its checks; those in students' files do not count")
    .option("--csv <file>", "write the rows as CSV")
    .option("--limit <time>", "longest time of an exercise", limit, 30_000)
    .option(...force)
    .option("--json", "print JSON instead of text")
    .option(...database)
    .action(async (folder: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GradeOptions & CommonOptions>();
      await inLab(computing(options), (lab) => runGradeCommand(lab, folder, options, host.interruption));
    });
}
