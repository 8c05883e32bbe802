import { resolve } from "node:path";
import { ContractError } from "../../core/errors.ts";
import { exercisesOf, findExercise, solved, withoutSolutions } from "../../shared/documents/exercise.ts";
import type { DocumentCell, LabDocument } from "../../shared/documents/lab-document.ts";
import type { Lab } from "../lab/lab.ts";
import { readDocumentFile, writeDocumentFile } from "./document-file.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { readLessons } from "./lesson-files.ts";
import { complain, print, printJson } from "./print.ts";

export interface LessonsTestOptions {
  /** In milliseconds, for an exercise. */
  readonly limit?: number;
  readonly json?: true;
}

/** Lists the lessons that come with the app, with how far a person has come. */
export function runLessonsCommand(lab: Lab, options: { readonly json?: true }): ExitCode {
  const { lessons, next } = lab.lessons.list();
  if (options.json === true) {
    printJson({ lessons, next });
    return EXIT.ok;
  }
  for (const { id, title, exercises, state } of lessons) {
    const passed = exercises.filter((one) => one.passed).length;
    const mark = { new: " ", begun: "·", done: "✓" }[state];
    print(`${mark} ${id.padEnd(32)} ${passed} of ${exercises.length}  ${title}\n`);
  }
  if (next !== null) print(`\nNext: ${next.exercise} of ${next.lesson}\n`);
  return EXIT.ok;
}

interface TestedExercise {
  readonly lesson: string;
  readonly exercise: string;
  readonly ok: boolean;
  readonly problems: readonly string[];
}

/** The lesson solved but for one exercise, which has its starter. */
function withStarter(document: LabDocument, id: string): LabDocument {
  const starters = new Map(document.cells.map((cell): [string, DocumentCell] => [cell.id, cell]));
  const all = solved(document);
  return { ...all, cells: all.cells.map((cell) => (cell.id === id ? (starters.get(id) ?? cell) : cell)) };
}

/** Proves for an author that each solution passes its check and each starter fails it. */
export async function runLessonsTestCommand(
  lab: Lab,
  path: string,
  options: LessonsTestOptions,
): Promise<ExitCode> {
  const tested: TestedExercise[] = [];
  const limits = { limitMs: options.limit ?? 60_000 };
  for (const { path: file, document, notices } of await readLessons(path)) {
    for (const notice of notices) complain(`lab: ${file}: ${notice}`);
    const exercises = exercisesOf(document);
    if (exercises.length === 0) complain(`lab: ${file}: there is no exercise in it`);
    for (const exercise of exercises) {
      const { id, name, check, solution } = exercise;
      const problems: string[] = [];
      if (findExercise(document, name)?.id !== id) problems.push("another exercise has the same name");
      if (check === null) problems.push("it has no check");
      if (solution === null) problems.push("it has no solution");
      if (check !== null && solution !== null) {
        const right = await lab.lessons.judge(solved(document), exercise, limits);
        if (!right.passed) problems.push(`the solution does not pass: ${right.reason}`);
        const starter = await lab.lessons.judge(withStarter(document, id), exercise, limits);
        if (starter.passed) problems.push("the starter passes already");
      }
      tested.push({ lesson: file, exercise: name, ok: problems.length === 0, problems });
      if (options.json !== true) {
        print(`${problems.length === 0 ? "ok    " : "FAILED"} ${name}\n`);
        for (const problem of problems) print(`       ${problem}\n`);
      }
    }
  }
  if (options.json === true) printJson({ tested });
  const failed = tested.filter(({ ok }) => !ok);
  if (options.json !== true) print(`\n${tested.length} exercises, ${failed.length} failed\n`);
  return failed.length === 0 && tested.length > 0 ? EXIT.ok : EXIT.failedCheck;
}

/** Writes a lesson without its solutions. */
export async function runHandOutCommand(
  file: string,
  options: { readonly out: string; readonly force?: true },
): Promise<ExitCode> {
  const target = resolve(options.out);
  if (target === resolve(file)) {
    throw new ContractError(
      "lab lessons hand-out: --out is the lesson itself, whose solutions would be lost",
    );
  }
  const { document, notices } = await readDocumentFile(file);
  for (const notice of notices) complain(`lab: ${notice}`);
  const exercises = exercisesOf(document);
  const lesson = document.header.lesson ?? document.header.title;
  const handedOut = withoutSolutions({ ...document, header: { ...document.header, lesson } });
  await writeDocumentFile(target, { document: handedOut }, { overwrite: options.force === true });
  const hidden = exercises.filter(({ solution }) => solution !== null).length;
  complain(`${exercises.length} exercises, ${hidden} solutions left out: ${target}`);
  return EXIT.ok;
}
