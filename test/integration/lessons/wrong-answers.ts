import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { explainResult } from "../../../src/main/lab/lessons/explain-result.ts";
import { checkExercise } from "../../../src/main/lab/live/check-exercise.ts";
import { findExercise, solved } from "../../../src/shared/documents/exercise.ts";
import type { LabDocument } from "../../../src/shared/documents/lab-document.ts";
import { readLabDocument } from "../../../src/shared/documents/read-lab-document.ts";
import { startKernel, type TestKernel } from "../live/start-kernel.ts";

/** A typical mistake: the solution with something else in a place, and what the diagnosis must say. */
export type WrongAnswer = readonly [exercise: string, right: string, wrong: string, says: string];

const lessonOf = (id: string): LabDocument => {
  const path = resolve("resources/lessons", `${id}.lab.ts`);
  return readLabDocument(path, readFileSync(path, "utf8")).document;
};

/** The solved lesson with a mistake in one exercise. */
function withMistake(document: LabDocument, [exercise, right, wrong]: WrongAnswer): LabDocument {
  const all = solved(document);
  const found = findExercise(document, exercise);
  return {
    ...all,
    cells: all.cells.map((cell) => {
      if (cell.id !== found?.id) return cell;
      const source = cell.source.replace(right, wrong);
      if (source === cell.source) throw new Error(`${exercise}: the solution does not hold ${right}`);
      return { ...cell, source };
    }),
  };
}

/** Tests that the mistakes of each lesson are named; at least five a lesson. */
export function describeMistakes(lessons: Readonly<Record<string, readonly WrongAnswer[]>>): void {
  let live: TestKernel;
  beforeAll(async () => {
    live = await startKernel({ rows: 500, limitMs: 60_000 });
  });
  afterAll(async () => {
    await live.close();
  });

  describe.each(Object.entries(lessons))("lesson %s", (id, answers) => {
    const document = lessonOf(id);
    it("has at least five typical mistakes", () => {
      expect(new Set(answers).size).toBeGreaterThanOrEqual(5);
    });

    it.each(answers.map((answer) => [...answer, answer] as const))(
      "%s with %s → %s: %s",
      async (exercise, _right, _wrong, says, answer) => {
        const found = findExercise(document, exercise);
        if (typeof found?.check !== "string") throw new Error(`there is no check of ${exercise}`);
        const { id: cell, name, check } = found;
        const run = await checkExercise(
          live.kernel,
          { document: withMistake(document, answer), id: cell, name, check },
          { stopped: () => false, limitMs: null },
        );
        expect(run.error).not.toBeNull();
        const { reason, diagnosis } = explainResult(run.error, run.outputs);
        const said = [reason, ...diagnosis.map(({ text }) => text)].join("\n");
        expect(said).toContain(says);
      },
    );
  });
}
