import { resolve } from "node:path";
import { exercisesOf, handedOut } from "../../shared/documents/exercise.ts";
import { counted } from "../../core/counted.ts";
import type { Course } from "../../shared/experiments/lessons.ts";
import type { Lab } from "../lab/lab.ts";
import { readDocumentFile } from "../lab/documents/read-document-file.ts";
import { writeDocumentFile } from "./write-document-file.ts";
import { testExercises } from "../lab/lessons/test-exercises.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Interruption } from "./interruption.ts";
import { readLessons } from "../lab/lessons/lesson-files.ts";
import { complain, print, printJson, warn } from "./print.ts";
import { UsageError } from "./usage-error.ts";

export interface LessonsTestOptions {
  /** In milliseconds, for an exercise. */
  readonly limit?: number;
  readonly json?: true;
}

/** Lists the lessons that come with the app and those among the notebooks, with how far a person has come. */
export function runLessonsCommand(lab: Lab, options: { readonly json?: true }): ExitCode {
  const { own, ...course } = lab.lessons.list();
  if (options.json === true) {
    printJson({ ...course, own });
    return EXIT.ok;
  }
  printCourse(course);
  if (own.lessons.length > 0) {
    print("\nAmong your notebooks\n");
    printCourse(own);
  }
  return EXIT.ok;
}

function printCourse({ lessons, next }: Course): void {
  for (const { id, title, exercises, state } of lessons) {
    const passed = exercises.filter((one) => one.passed).length;
    const mark = { new: " ", begun: "·", done: "✓" }[state];
    print(`${mark} ${id.padEnd(32)} ${passed} of ${exercises.length}  ${title}\n`);
  }
  if (next !== null) print(`\nNext: ${next.exercise} of ${next.lesson}\n`);
}

/** Proves for an author that each solution passes its check and each starter fails it. */
export async function runLessonsTestCommand(
  lab: Lab,
  path: string,
  options: LessonsTestOptions,
  interruption: Interruption,
): Promise<ExitCode> {
  const tested: { lesson: string; exercise: string; ok: boolean; problems: readonly string[] }[] = [];
  const judge = lab.lessons.judge.bind(lab.lessons);
  const limitMs = options.limit ?? 60_000;
  const stopped = (): boolean => interruption.requested;
  for (const { path: file, document, notices } of await readLessons(path)) {
    if (stopped()) break;
    for (const notice of notices) warn(`${file}: ${notice}`);
    if (exercisesOf(document).length === 0) warn(`${file}: there is no exercise in it`);
    const test = { document, only: null, limitMs, stopped };
    for await (const { exercise, problems } of testExercises(judge, test)) {
      const ok = problems.length === 0;
      tested.push({ lesson: file, exercise, ok, problems });
      if (options.json === true) continue;
      print(`${ok ? "ok    " : "FAILED"} ${exercise}\n`);
      for (const problem of problems) print(`       ${problem}\n`);
    }
  }
  if (options.json === true) printJson({ tested });
  const failed = tested.filter(({ ok }) => !ok);
  if (options.json !== true) print(`\n${counted(tested.length, "exercise")}, ${failed.length} failed\n`);
  return failed.length === 0 && tested.length > 0 ? EXIT.ok : EXIT.failedCheck;
}

/** Writes a lesson without its solutions. */
export async function runHandOutCommand(
  file: string,
  options: { readonly out: string; readonly force?: true },
): Promise<ExitCode> {
  const target = resolve(options.out);
  if (target === resolve(file)) {
    throw new UsageError("lessons hand-out: --out is the lesson itself, whose solutions would be lost");
  }
  const { document, notices } = await readDocumentFile(file);
  for (const notice of notices) warn(notice);
  const exercises = exercisesOf(document);
  await writeDocumentFile(target, { document: handedOut(document) }, { overwrite: options.force === true });
  const hidden = exercises.filter(({ solution }) => solution !== null).length;
  complain(`${counted(exercises.length, "exercise")}, ${counted(hidden, "solution")} left out: ${target}`);
  return EXIT.ok;
}
