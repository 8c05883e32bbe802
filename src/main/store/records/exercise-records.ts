import type { Database } from "../open/database.ts";
import { ExerciseTable, type ExerciseKey, type StoredExercise } from "../tables/exercise-table.ts";
import type { StoreAccess } from "./store-access.ts";

/** What was done of the lessons' exercises. Every method throws StoreError. */
export class ExerciseRecords {
  readonly #access: StoreAccess;
  readonly #table: ExerciseTable;

  constructor(db: Database, access: StoreAccess) {
    this.#access = access;
    this.#table = new ExerciseTable(db);
  }

  /** Those of a lesson that were tried, hinted at or shown. */
  ofLesson(lesson: string): readonly StoredExercise[] {
    return this.#access.attempt("read the progress in a lesson", () => this.#table.ofLesson(lesson));
  }

  /** Counts an attempt; of a pass also when and with which code. */
  saveAttempt(key: ExerciseKey, pass: { readonly at: string; readonly codeHash: string } | null): void {
    this.#access.writeDurably("save an attempt at an exercise", () => this.#table.attempted(key, pass));
  }

  saveHintShown(key: ExerciseKey, shown: number): void {
    this.#access.write("note that a hint was shown", () => this.#table.hintShown(key, shown));
  }

  saveSolutionShown(key: ExerciseKey): void {
    this.#access.write("note that a solution was shown", () => this.#table.solutionShown(key));
  }
}
