import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestLab, type TestLab } from "../lab/open-test-lab.ts";

let test: TestLab;
beforeAll(async () => {
  test = await openTestLab(2);
});
afterAll(async () => {
  await test.close();
});

const ID = "05-gradient-of-the-loss";

describe("the lessons of the lab", () => {
  it("open without solutions, under their name", () => {
    const { text, title } = test.lab.lessons.open({ id: ID });
    expect(title).toBe("5. The gradient of the loss");
    expect(text).toContain(`lesson: ${ID}`);
    expect(text).toContain("// %% check");
    expect(text).not.toContain("// %% solution");
    expect(() => test.lab.lessons.open({ id: "../x" })).toThrow("There is no lesson");
  });

  it("count attempts, give hints one by one, show the solution on request, and keep a pass", async () => {
    const { lessons } = test.lab;
    const { text } = lessons.open({ id: ID });
    const request = { text, exercise: "mse_backward" };
    const own = () => lessons.progress({ text }).find(({ name }) => name === "mse_backward");
    expect(lessons.list().next).toEqual({ lesson: "01-matrix-products", exercise: "three_loops" });

    const starter = await lessons.check(request);
    expect(starter).toMatchObject({ passed: false, ran: ["forward", "e1"] });
    expect(starter.reason).toContain("predictions.g");
    expect(starter.outputs.some(({ kind }) => kind === "check")).toBe(true);
    expect(own()).toMatchObject({ passed: false, attempts: 1, passedAt: null });

    expect([1, 2, 3, 4].map(() => lessons.hint(request).shown)).toEqual([1, 2, 3, 3]);
    expect(lessons.hint(request)).toEqual({ hint: null, shown: 3, of: 3 });

    const { source } = lessons.solution(request);
    expect(source).toContain("mul(2 / predictions.shape[0]!)");
    const solved = text.replace(
      "  predictions.g = zeros(...predictions.shape);",
      source.split("\n")[1] ?? "",
    );
    const right = await lessons.check({ ...request, text: solved });
    expect(right).toMatchObject({ passed: true, reason: "", diagnosis: [] });
    expect(own()).toMatchObject({
      passed: true,
      attempts: 2,
      hintsShown: 3,
      solutionShown: true,
      codeHash: right.codeHash,
    });
    expect(lessons.list().next).toEqual({ lesson: ID, exercise: "mae_backward" });
    expect(lessons.list().lessons.find(({ id }) => id === ID)?.state).toBe("begun");
  });

  it("know the notebook in which a lesson is worked on, whatever it is called, and lessons that are none of the course", async () => {
    const { documents, lessons } = test.lab;
    const { text } = lessons.open({ id: ID });
    const begun = await documents.create({ from: { kind: "text", text }, title: "My fifth" });
    const exercise =
      "// %% exercise id=e name=one title=One\nconst one = 0;\n// %% check\nassert(one === 1);\n";
    const mine = (title: string, lesson = "") =>
      documents.create({
        from: {
          kind: "text",
          text: `// lab notebook 1 · title: x${lesson}\n// %% md id=t\n// # x\n//\n// Teaches one.\n${exercise}`,
        },
        title,
      });
    const tenth = await mine("10. Last");
    const second = await mine("2. First");
    await mine("2. First (copy)", " · lesson: 2. First");
    const trashed = await mine("1. Gone");
    await documents.trash({ ids: [trashed.id] });
    await documents.create({ from: { kind: "empty" }, title: "No lesson" });

    const list = lessons.list();
    const bundled = new Map(list.lessons.map(({ id, documentId }) => [id, documentId]));
    expect(bundled.get(ID)).toBe(begun.id);
    expect(bundled.get("06-backward-of-linear")).toBeNull();
    expect(list.own.lessons).toMatchObject([
      { title: expect.stringContaining("2. First") as string, summary: "Teaches one.", state: "new" },
      { title: "10. Last", documentId: tenth.id },
    ]);
    expect(list.own.next?.exercise).toBe("one");

    const solved = (await documents.open({ id: second.id })).text.replace("one = 0", "one = 1");
    expect(await lessons.check({ text: solved, exercise: "one" })).toMatchObject({ passed: true });
    expect(lessons.list().own).toMatchObject({
      lessons: [{ state: "done" }, { state: "new" }],
      next: { lesson: tenth.id, exercise: "one" },
    });
  });

  it("takes the bundled check, whatever stands in the document", async () => {
    const { text } = test.lab.lessons.open({ id: ID });
    const emptied = text.replaceAll(/\/\/ %% check\n\{[\s\S]*?\n\}\n(?=\/\/ %%|$)/g, "// %% check\n{\n}\n");
    expect(emptied).not.toContain("check(");
    expect(await test.lab.lessons.check({ text: emptied, exercise: "mae_backward" })).toMatchObject({
      passed: false,
    });
  });

  it("says which exercises there are", async () => {
    const { text } = test.lab.lessons.open({ id: ID });
    await expect(test.lab.lessons.check({ text, exercise: "relu" })).rejects.toThrow(
      "it has mse_backward, mae_backward",
    );
  });
});
