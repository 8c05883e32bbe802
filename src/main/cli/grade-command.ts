import { resolve } from "node:path";
import type { Grade } from "../../shared/experiments/lessons.ts";
import { counted } from "../../core/counted.ts";
import { readDocumentFile } from "../lab/documents/read-document-file.ts";
import type { Lab } from "../lab/lab.ts";
import { gradedExercises, gradeFiles } from "../lab/lessons/grade-files.ts";
import { readHandedIn } from "../lab/lessons/lesson-files.ts";
import { gradeRow, writeGradesCsv } from "../store/export/write-grades-csv.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Interruption } from "./interruption.ts";
import { complain, print, printJson } from "./print.ts";

export interface GradeOptions {
  /** The teacher's file: its checks count, whatever stands in those of the students. */
  readonly lesson: string;
  readonly csv?: string;
  readonly force?: true;
  /** In milliseconds, for an exercise with all the cells that it needs. */
  readonly limit: number;
  readonly json?: true;
}

/** Runs the files of many students, each exercise in a fresh sandbox; one row an exercise. */
export async function runGradeCommand(
  lab: Lab,
  folder: string,
  options: GradeOptions,
  interruption: Interruption,
): Promise<ExitCode> {
  const { document: lesson } = await readDocumentFile(options.lesson);
  gradedExercises(lesson);
  const csv = options.csv === undefined ? null : resolve(options.csv);
  if (csv !== null) lab.runs.requireTargets([csv], { overwrite: options.force === true });
  const files = await readHandedIn(folder);
  const grades: Grade[] = [];
  const judge = lab.lessons.judge.bind(lab.lessons);
  const grading = { lesson, files, limitMs: options.limit, stopped: () => interruption.requested };
  for await (const grade of gradeFiles(judge, grading)) {
    grades.push(grade);
    if (options.json === true) continue;
    const { passed, file, exercise, reason } = grade;
    print(`${passed ? "passed" : "failed"}  ${file}  ${exercise}${reason === "" ? "" : `: ${reason}`}\n`);
  }
  if (options.json === true) printJson({ lesson: lesson.header.title, rows: grades.map(gradeRow) });
  if (csv !== null) {
    await writeGradesCsv(csv, grades);
    complain(`${counted(grades.length, "row")}: ${csv}`);
  }
  return EXIT.ok;
}
