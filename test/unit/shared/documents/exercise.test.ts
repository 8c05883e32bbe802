import { describe, expect, test } from "vitest";
import {
  exerciseOf,
  exercisesOf,
  findExercise,
  lessonKey,
  solved,
  withoutSolutions,
} from "../../../../src/shared/documents/exercise.ts";
import { readIpynb, writeIpynb } from "../../../../src/shared/documents/ipynb.ts";
import { readLabDocument } from "../../../../src/shared/documents/read-lab-document.ts";
import { writeLabDocument } from "../../../../src/shared/documents/write-lab-document.ts";

const LESSON = `// lab notebook 1 · title: Twice · seed: 1 · threads: 2 · rows: 10 · lesson: twice
// %% exercise id=e1 name=twice title="Twice as much" level=easy
const twice = (x: Tensor) => x;
// %% hint
// Add it to itself.
// %% check
{
equal("twice(x)", twice(ones(2)), full([2], 2));
}
// %% solution
{
const twice = (x: Tensor) => x.mul(2);
}
// %% md id=m1
// Done.
`;
const { document } = readLabDocument("twice.lab.ts", LESSON);

describe("an exercise's file", () => {
  test("gives starter, hints, check and solution", () => {
    expect(exercisesOf(document)).toEqual([
      {
        id: "e1",
        name: "twice",
        title: "Twice as much",
        hints: ["Add it to itself."],
        check: 'equal("twice(x)", twice(ones(2)), full([2], 2));',
        solution: "const twice = (x: Tensor) => x.mul(2);",
      },
    ]);
    expect(document.cells.map(({ kind }) => kind)).toEqual(["exercise", "md"]);
    expect(document.cells[0].source).toBe("const twice = (x: Tensor) => x;");
    expect(lessonKey(document)).toBe("twice");
    expect(writeLabDocument(document)).toBe(LESSON);
  });

  test("is found by name or id", () => {
    expect(findExercise(document, "twice")?.id).toBe("e1");
    expect(findExercise(document, "e1")?.name).toBe("twice");
    expect(findExercise(document, "thrice")).toBeNull();
  });

  test("loses nothing in an .ipynb", () => {
    expect(readIpynb("twice.ipynb", writeIpynb(document)).document).toEqual(document);
  });

  test("handed out has no solution left, and everything else", () => {
    const text = writeLabDocument(withoutSolutions(document));
    expect(text).not.toContain("solution");
    expect(text).not.toContain("mul(2)");
    expect(text).toContain("level=easy");
    expect(exerciseOf(readLabDocument("a.lab.ts", text).document.cells[0])).toMatchObject({
      check: expect.stringContaining("equal") as string,
      solution: null,
    });
  });

  test("solved has the solution where the starter was", () => {
    expect(solved(document).cells[0].source).toContain("x.mul(2)");
  });

  test("keeps sections that it cannot take as cells of their own", () => {
    const odd = LESSON.replace("// %% md id=m1", "// %% check id=c2 later=1").replace(
      "// %% hint",
      "// %% check\n{\n}\n// %% hint",
    );
    const { document: read, notices } = readLabDocument("odd.lab.ts", odd);
    expect(notices).toHaveLength(3);
    const again = readLabDocument("odd.lab.ts", writeLabDocument(read)).document;
    expect(again).toEqual(read);
    expect(read.cells.map(({ marker }) => marker)).toEqual(["exercise", "check", "solution", "check"]);
  });
});
