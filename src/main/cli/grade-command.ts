import { resolve } from "node:path";
import { ContractError, TaskError } from "../../core/errors.ts";
import { exercisesOf, findExercise, type Exercise } from "../../shared/documents/exercise.ts";
import type { LabDocument } from "../../shared/documents/lab-document.ts";
import type { ExerciseResult } from "../../shared/experiments/lessons.ts";
import { visibleText } from "../../shared/runs/visible-text.ts";
import type { Lab } from "../lab/lab.ts";
import { writeCsv } from "../store/export/write-csv.ts";
import { readDocumentFile } from "./document-file.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Interruption } from "./interruption.ts";
import { readHandedIn } from "./lesson-files.ts";
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

/** A student's code may hold so much in tensors. */
const TENSOR_BYTES = 256e6;
/** Text in a table: more is no diagnosis. */
const LONGEST = 1_000;

const COLUMNS = ["file", "exercise", "passed", "reason", "diagnosis", "codeHash", "seconds"] as const;
type GradeRow = Readonly<Record<(typeof COLUMNS)[number], string | number>>;

const oneLine = (text: string): string =>
  visibleText(text.replaceAll(/\s+/g, " "), { lines: false }).slice(0, LONGEST);

const unread = (file: string, exercise: string, reason: string): GradeRow => ({
  file: oneLine(file),
  exercise,
  passed: "no",
  reason: oneLine(reason),
  diagnosis: "",
  codeHash: "",
  seconds: "",
});

function gradeRow(file: string, exercise: string, result: ExerciseResult): GradeRow {
  const diagnosis = result.diagnosis.map(({ text, place }) =>
    place === null ? text : `${text} (cell ${place.cell}, line ${place.line})`,
  );
  return {
    file: oneLine(file),
    exercise,
    passed: result.passed ? "yes" : "no",
    reason: oneLine(result.reason),
    diagnosis: oneLine(diagnosis.join("; ")),
    codeHash: result.codeHash,
    seconds: +(result.wallMs / 1000).toFixed(2),
  };
}

/** Runs one exercise of a student's file with the teacher's check, under the teacher's settings. */
async function grade(
  lab: Lab,
  { document, exercise, lesson }: { document: LabDocument; exercise: Exercise; lesson: LabDocument },
  limitMs: number,
): Promise<ExerciseResult> {
  const own = findExercise(document, exercise.name)?.id;
  // A retyped cell is no exercise any more; what it defines counts.
  const id = own ?? exercise.id;
  const settled = { ...document, header: lesson.header };
  return lab.lessons.judge(settled, { ...exercise, id }, { limitMs, tensorBytes: TENSOR_BYTES });
}

/** Runs the files of many students, each exercise in a fresh sandbox; one row an exercise. */
export async function runGradeCommand(
  lab: Lab,
  folder: string,
  options: GradeOptions,
  interruption: Interruption,
): Promise<ExitCode> {
  const { document: lesson } = await readDocumentFile(options.lesson);
  const exercises = exercisesOf(lesson).filter(({ check }) => check !== null);
  if (exercises.length === 0) throw new ContractError(`${options.lesson} has no exercise with a check`);
  const csv = options.csv === undefined ? null : resolve(options.csv);
  if (csv !== null) lab.runs.requireTargets([csv], { overwrite: options.force === true });
  const files = await readHandedIn(folder);
  if (files.length === 0) throw new ContractError(`${folder} holds no .lab.ts and no .ipynb file`);
  const rows: GradeRow[] = [];
  for (const one of files) {
    for (const exercise of exercises) {
      if (interruption.requested) break;
      const row =
        "problem" in one
          ? unread(one.name, exercise.name, one.problem)
          : await grade(lab, { document: one.file.document, exercise, lesson }, options.limit).then(
              (result) => gradeRow(one.name, exercise.name, result),
              (error: unknown) => {
                // One file's failure is no reason not to grade the others.
                if (error instanceof ContractError || error instanceof TaskError)
                  return unread(one.name, exercise.name, error.message);
                throw error;
              },
            );
      rows.push(row);
      if (options.json !== true) {
        const mark = row.passed === "yes" ? "passed" : "failed";
        print(`${mark}  ${row.file}  ${row.exercise}${row.reason === "" ? "" : `: ${row.reason}`}\n`);
      }
    }
  }
  if (options.json === true) printJson({ lesson: lesson.header.title, rows });
  if (csv !== null) {
    await writeCsv(csv, COLUMNS, rows);
    complain(`${rows.length} rows: ${csv}`);
  }
  return EXIT.ok;
}
