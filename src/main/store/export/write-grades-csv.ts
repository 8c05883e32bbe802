import type { Grade } from "../../../shared/experiments/lessons.ts";
import { measuredField, writeCsv } from "./write-csv.ts";

const COLUMNS = ["file", "exercise", "passed", "reason", "diagnosis", "codeHash", "seconds"] as const;
type GradeRow = Readonly<Record<(typeof COLUMNS)[number], string | number>>;

/** A grade as a table and a script read it. */
export const gradeRow = ({ passed, seconds, ...grade }: Grade): GradeRow => ({
  ...grade,
  passed: passed ? "yes" : "no",
  seconds: measuredField(seconds),
});

/** Writes one row an exercise. @returns the number of rows. @throws {StoreError} */
export const writeGradesCsv = (path: string, grades: readonly Grade[]): Promise<number> =>
  writeCsv(path, COLUMNS, grades.map(gradeRow));
