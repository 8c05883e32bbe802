import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Interruption } from "../../../src/main/cli/interruption.ts";
import { runLessonsCommand, runLessonsTestCommand } from "../../../src/main/cli/lessons-command.ts";
import { writeIpynb } from "../../../src/shared/documents/ipynb.ts";
import { readLabDocument } from "../../../src/shared/documents/read-lab-document.ts";
import { labHere, ended, type Ended } from "../lab/lab-here.ts";
import { makeTuned, openTestLab, type TestLab } from "../lab/open-test-lab.ts";

const HEADER = "// lab notebook 1 · title: Twice · seed: 1 · threads: 1 · rows: 100\n";
const CHECK = `// %% check
{
const x = randn(7, 5);
equal("twice(x)", twice(x), () => x.mul(2), { mistakes: { "x is squared": () => x.square() } });
}
`;
const SOLUTION = `// %% solution
{
const twice = (x: Tensor) => x.mul(2);
}
`;
const LESSON = `${HEADER}// %% exercise id=e1 name=twice
const twice = (x: Tensor) => x;
// %% hint
// Add it to itself.
${CHECK}${SOLUTION}`;

let folder: string;
let opened: TestLab;
const inFolder = (name: string): string => join(folder, name);
beforeAll(async () => {
  opened = await openTestLab(2);
  folder = mkdtempSync(join(tmpdir(), "backprop-lab-lessons-"));
  writeFileSync(inFolder("twice.lab.ts"), LESSON);
  await makeTuned(inFolder("lab.sqlite"));
});
afterAll(async () => {
  await opened.close();
  rmSync(folder, { recursive: true, force: true });
});

const tested = (
  path: string,
  options: Parameters<typeof runLessonsTestCommand>[2] = {},
  interruption = new Interruption(),
): Promise<Ended> => ended(() => runLessonsTestCommand(opened.lab, path, options, interruption));

describe("lab lessons test", () => {
  it("passes a lesson whose solution passes and whose starter fails", async () => {
    const { status, stdout } = await tested(inFolder("twice.lab.ts"));
    expect(stdout).toContain("ok     twice");
    expect(status).toBe(0);
  });

  it("passes the lesson that the guide for teachers shows", async () => {
    const page = readFileSync("docs/lessons.md", "utf8");
    const [example = ""] = /\/\/ lab notebook 1[^`]*(?:`[^`]+`[^`]*)*?(?=\n```)/.exec(page) ?? [];
    writeFileSync(inFolder("guide.lab.ts"), example);
    expect((await tested(inFolder("guide.lab.ts"))).stdout).toContain("1 exercise, 0 failed");
  });

  it("fails one whose solution is wrong, whose starter passes, or which has no check", async () => {
    const broken = inFolder("broken");
    mkdirSync(broken);
    writeFileSync(join(broken, "a.lab.ts"), LESSON.replace("x.mul(2);\n}\n", "x.square();\n}\n"));
    writeFileSync(join(broken, "b.lab.ts"), LESSON.replace("=> x;", "=> x.add(x);"));
    writeFileSync(join(broken, "c.lab.ts"), LESSON.replace(CHECK, ""));
    const { status, stdout } = await tested(broken, { json: true });
    const found = (JSON.parse(stdout) as { tested: { ok: boolean; problems: string[] }[] }).tested;
    expect(found.map(({ ok }) => ok)).toEqual([false, false, false]);
    expect(found[0].problems[0]).toContain("exactly what comes out when x is squared");
    expect(found[1].problems).toEqual(["the starter passes already"]);
    expect(found[2].problems).toEqual(["it has no check"]);
    expect(status).toBe(1);
  });
});

describe("lab lessons test, interrupted", () => {
  it("ends without a word of the exercise that was on, nor of those after it", async () => {
    const interrupted = inFolder("interrupted");
    mkdirSync(interrupted);
    writeFileSync(join(interrupted, "a.lab.ts"), LESSON);
    writeFileSync(join(interrupted, "b.lab.ts"), LESSON.replaceAll("twice", "double"));
    writeFileSync(join(interrupted, "c.lab.ts"), LESSON.replaceAll("twice", "again"));
    const interruption = new Interruption();
    interruption.listen(() => opened.lab.activity.cancel());
    const stop = opened.lab.subscribe((event) => {
      const isSecond = event.name === "activityChanged" && event.payload?.title === "exercise double";
      if (isSecond && !interruption.requested) interruption.request("SIGINT");
    });
    const { stdout } = await tested(interrupted, {}, interruption);
    stop();
    expect(stdout).toBe("ok     twice\n\n1 exercise, 0 failed\n");
  });
});

describe("lab lessons hand-out", () => {
  it("writes the lesson without its solutions, and never over it", async () => {
    const out = inFolder("out.lab.ts");
    const handOut = (to: string): Promise<Ended> =>
      labHere("lessons", "hand-out", inFolder("twice.lab.ts"), "--out", to);
    expect((await handOut(out)).status).toBe(0);
    const text = readFileSync(out, "utf8");
    expect(text).not.toContain("x.mul(2);");
    expect(text).toContain("// %% check");
    expect(text).toContain("lesson: Twice");
    const same = await handOut(inFolder("twice.lab.ts"));
    expect(same.status).toBe(2);
    expect(same.stderr).toContain("whose solutions would be lost");
  });
});

describe("lab lessons", () => {
  it("lists the twelve, with what to do next", async () => {
    const { status, stdout } = await ended(() => runLessonsCommand(opened.lab, { json: true }));
    const { lessons: found, next } = JSON.parse(stdout) as {
      lessons: { id: string; exercises: unknown[] }[];
      next: { lesson: string } | null;
    };
    expect(status).toBe(0);
    expect(found).toHaveLength(12);
    expect(found.every(({ exercises }) => exercises.length >= 2)).toBe(true);
    expect(next?.lesson).toBe(found[0].id);
  });
});

describe("lab lessons grade", () => {
  const cells = (code: string) => `${HEADER}// %% exercise id=e1 name=twice\n${code}\n`;
  const STUDENTS: Readonly<Record<string, string>> = {
    "right.lab.ts": cells("const twice = (x: Tensor) => x.add(x);"),
    "squared.lab.ts": cells("const twice = (x: Tensor) => x.square();"),
    "retyped.lab.ts": `${HEADER}// %% code id=q\nconst twice = (x: Tensor) => x.mul(2);\n`,
    "missing.lab.ts": `${HEADER}// %% md id=q\n// I did nothing.\n`,
    "memory.lab.ts": cells(
      "const held: unknown[] = []; const twice = () => { for (;;) held.push(new Array(1e5).fill(1.5)); };",
    ),
    "tensors.lab.ts": cells(
      "const held: Tensor[] = []; const twice = () => { for (;;) held.push(randn(4000, 4000)); };",
    ),
    "flood.lab.ts": cells(
      'const twice = (x: Tensor) => { for (let i = 0; i < 300; i++) print("x".repeat(10000)); return x; };',
    ),
    "forged.lab.ts": `${cells("const twice = (x: Tensor) => x;")}// %% check\n{\n}\n`,
    "redefined.lab.ts": cells(
      "const twice = (x: Tensor) => x; var equal = () => {}; var check = () => ({ passed: true }); var assert = () => {}; var checkLayer = check;",
    ),
    "polluted.lab.ts": cells(
      "const twice = (x: Tensor) => x; Object.prototype.toString = () => ''; Array.prototype.map = (() => []) as any; JSON.stringify = () => 'true'; (Object.prototype as any).passed = true;",
    ),
    "=cmd|' \u001b[2J'.lab.ts": cells("throw new Error('=HYPERLINK(\"http://x\")\\n\\u001b[2J');"),
    "broken.lab.ts": cells("const twice = ("),
    "no-notebook.ipynb": "{}",
  };

  it(
    "gives one row a file, right for right ones, with the reason for each other, whatever they try",
    { timeout: 400_000 },
    () => {
      const students = inFolder("students");
      mkdirSync(students);
      for (const [name, text] of Object.entries(STUDENTS)) writeFileSync(join(students, name), text);
      const { document } = readLabDocument("a", STUDENTS["right.lab.ts"] ?? "");
      writeFileSync(join(students, "jupyter.ipynb"), writeIpynb(document));
      symlinkSync("/etc/passwd", join(students, "link.lab.ts"));
      const csv = inFolder("grades.csv");
      // As a process: some of them would take the memory of this one.
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [
          resolve("out/main/lab.js"),
          "lessons",
          "grade",
          students,
          "--lesson",
          inFolder("twice.lab.ts"),
          "--csv",
          csv,
          "--limit",
          "8s",
          "--database",
          inFolder("lab.sqlite"),
        ],
        { encoding: "utf8", timeout: 600_000, maxBuffer: 64e6 },
      );
      expect(stderr).toContain(`15 rows: ${csv}`);
      expect(status).toBe(0);
      expect(stdout).not.toContain("\u001b");
      const text = readFileSync(csv, "utf8");
      expect(text).not.toContain("\u001b");
      const rows = parse<Record<string, string>>(text, { columns: true });
      const of = (file: string) => rows.find((row) => row["file"] === file) ?? {};
      expect(rows.filter(({ passed }) => passed === "yes").map(({ file }) => file)).toEqual([
        "jupyter.ipynb",
        "retyped.lab.ts",
        "right.lab.ts",
      ]);
      expect(of("squared.lab.ts")["reason"]).toContain("exactly what comes out when x is squared");
      expect(of("missing.lab.ts")["reason"]).toContain("defines twice");
      expect(of("memory.lab.ts")["reason"]).toMatch(/64 MB|stopped|ended/);
      expect(of("tensors.lab.ts")["reason"]).toMatch(/memory|MB|GB|stopped/);
      for (const file of ["flood", "forged", "redefined"]) {
        expect(of(`${file}.lab.ts`)["reason"]).toContain("twice(x) is wrong");
      }
      expect(of("broken.lab.ts")["reason"]).toContain("SyntaxError");
      expect(of("link.lab.ts")["reason"]).toContain("a link");
      expect(of("no-notebook.ipynb")["passed"]).toBe("no");
      expect(text).toContain("'=cmd");
    },
  );

  it("stops one that never ends at the limit, which is said", async () => {
    const endless = inFolder("endless");
    mkdirSync(endless);
    writeFileSync(join(endless, "loop.lab.ts"), cells("const twice = (x: Tensor) => { for (;;) {} };"));
    const csv = inFolder("endless.csv");
    const given = ["--lesson", inFolder("twice.lab.ts"), "--csv", csv, "--limit", "1s"];
    const own = ["--database", inFolder("lab.sqlite")];
    expect((await labHere("lessons", "grade", endless, ...given, ...own)).status).toBe(0);
    const [row] = parse<Record<string, string>>(readFileSync(csv, "utf8"), { columns: true });
    expect(row).toMatchObject({ file: "loop.lab.ts", passed: "no" });
    expect(row["reason"]).toContain("stopped after 1 s");
  });
});
