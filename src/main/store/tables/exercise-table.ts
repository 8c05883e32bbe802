import { keptStatement, type Database } from "../open/database.ts";

/** What is kept of a person's work on an exercise. */
export interface StoredExercise {
  readonly exercise: string;
  /** ISO time of the first pass; null before it. */
  readonly passedAt: string | null;
  readonly codeHash: string | null;
  readonly attempts: number;
  readonly hintsShown: number;
  readonly solutionShown: boolean;
}

/** An exercise of a lesson; both by name. */
export interface ExerciseKey {
  readonly lesson: string;
  readonly exercise: string;
}

interface Row {
  readonly exercise: string;
  readonly passed_at: string | null;
  readonly code_hash: string | null;
  readonly attempts: number;
  readonly hints_shown: number;
  readonly solution_shown: number;
}

/** Progress in lessons. */
export class ExerciseTable {
  readonly #attempt;
  readonly #pass;
  readonly #hints;
  readonly #solution;
  readonly #select;

  constructor(db: Database) {
    const upsert = (column: string, set: string, value = "?") =>
      `INSERT INTO exercise (lesson, name, ${column}) VALUES (?, ?, ${value}) ` +
      `ON CONFLICT (lesson, name) DO UPDATE SET ${set}`;
    this.#attempt = keptStatement(db, upsert("attempts", "attempts = attempts + 1", "1"));
    this.#pass = keptStatement(
      db,
      "UPDATE exercise SET passed_at = coalesce(passed_at, ?), code_hash = ? WHERE lesson = ? AND name = ?",
    );
    this.#hints = keptStatement(
      db,
      upsert("hints_shown", "hints_shown = max(hints_shown, excluded.hints_shown)"),
    );
    this.#solution = keptStatement(db, upsert("solution_shown", "solution_shown = 1", "1"));
    this.#select = keptStatement<Row>(
      db,
      "SELECT name AS exercise, passed_at, code_hash, attempts, hints_shown, solution_shown FROM exercise " +
        "WHERE lesson = ? ORDER BY name",
    );
  }

  /** An attempt; of a pass the time and the code's hash. */
  attempted({ lesson, exercise }: ExerciseKey, pass: { at: string; codeHash: string } | null): void {
    this.#attempt().run(lesson, exercise);
    if (pass !== null) this.#pass().run(pass.at, pass.codeHash, lesson, exercise);
  }

  hintShown({ lesson, exercise }: ExerciseKey, shown: number): void {
    this.#hints().run(lesson, exercise, shown);
  }

  solutionShown({ lesson, exercise }: ExerciseKey): void {
    this.#solution().run(lesson, exercise);
  }

  ofLesson(lesson: string): StoredExercise[] {
    return this.#select()
      .all(lesson)
      .map((row) => ({
        exercise: row.exercise,
        passedAt: row.passed_at,
        codeHash: row.code_hash,
        attempts: row.attempts,
        hintsShown: row.hints_shown,
        solutionShown: row.solution_shown === 1,
      }));
  }
}
