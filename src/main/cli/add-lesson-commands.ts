import type { Command } from "commander";
import type { CommandNeeds } from "./command-place.ts";
import { runGradeCommand, type GradeOptions } from "./grade-command.ts";
import { inLab, type CommandHost, type CommonOptions } from "./in-lab.ts";
import {
  runHandOutCommand,
  runLessonsCommand,
  runLessonsTestCommand,
  type LessonsTestOptions,
} from "./lessons-command.ts";
import { DATABASE, duration, FORCE } from "./options.ts";

/** Threads of checks: a lesson's notebooks are small. */
const THREADS = 2;

/** `lab lessons` and what belongs to it. */
export function addLessonCommands(program: Command, host: CommandHost): void {
  const computing = (options: CommonOptions): CommandNeeds => {
    return { ...options, threads: THREADS, readOnly: true, emptyIfMissing: true };
  };
  const lessons = program
    .command("lessons")
    .description("list the lessons with your progress; for teachers: test, hand out and grade lessons")
    .option("--json", "print JSON instead of a list")
    .option(...DATABASE)
    .action(async (options: CommonOptions) => {
      const needs = { ...options, threads: 0, readOnly: true, emptyIfMissing: true };
      await inLab(host, needs, (lab) => runLessonsCommand(lab, options));
    });

  lessons
    .command("test")
    .description("prove that each exercise's solution passes its check and its starter fails it")
    .argument("<path>", "lesson (.lab.ts or .ipynb), or a folder of them")
    .option("--limit <time>", "longest time of an exercise (default: 60s)", duration)
    .option("--json", "print JSON instead of text")
    .option(...DATABASE)
    .action(async (path: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<LessonsTestOptions & CommonOptions>();
      await inLab(host, computing(options), (lab) =>
        runLessonsTestCommand(lab, path, options, host.interruption),
      );
    });

  lessons
    .command("hand-out")
    .description("write a lesson without its solutions, as one file for students")
    .argument("<file>", "lesson with solutions")
    .requiredOption("--out <file>", "file to write")
    .option(...FORCE)
    .action(async (file: string, options: { out: string; force?: true }) => {
      host.setExitCode(await runHandOutCommand(file, options));
    });

  lessons
    .command("grade")
    .description("check many students' files, each exercise in a fresh sandbox: one row an exercise")
    .argument("<folder>", "folder of .lab.ts and .ipynb files")
    .requiredOption("--lesson <file>", "the lesson with its checks; those in students' files do not count")
    .option("--csv <file>", "write the rows as CSV")
    .option("--limit <time>", "longest time of an exercise", duration, 30_000)
    .option(...FORCE)
    .option("--json", "print JSON instead of text")
    .option(...DATABASE)
    .action(async (folder: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GradeOptions & CommonOptions>();
      await inLab(host, computing(options), (lab) =>
        runGradeCommand(lab, folder, options, host.interruption),
      );
    });
}
