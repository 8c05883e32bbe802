import { spawn, spawnSync, type SpawnSyncReturns } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JudgedCell } from "../../../src/core/judge/judge-document.ts";
import { BACKPROP_NUMBERS } from "../../../src/core/judge/backprop/backprop-numbers.ts";
import { runRunCommand, type RunOptions } from "../../../src/main/cli/run-command.ts";
import { readDocumentFile } from "../../../src/main/lab/documents/read-document-file.ts";
import { withParameters } from "../../../src/main/lab/live/seed-notebook.ts";
import { readLabDocument } from "../../../src/shared/documents/read-lab-document.ts";
import { writeLabDocument } from "../../../src/shared/documents/write-lab-document.ts";
import type { CellResult } from "../../../src/shared/live/cell-result.ts";
import { THOROUGH } from "../../thorough.ts";
import { labHere, ended, type Ended } from "./lab-here.ts";
import { fewerProducts, makeTuned, openTestLab, type TestLab } from "./open-test-lab.ts";

const PROGRAM = resolve("out/main/lab.js");
const SEED_NOTEBOOK = resolve("resources/notebooks/backprop.lab.ts");
const HEADER = "// lab notebook 1 · title: Test · seed: 1 · threads: 1 · rows: 100\n";

let folder: string;
let test: TestLab;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "backprop-lab-run-"));
  // The seed notebook wants two.
  test = await openTestLab(2);
  await makeTuned(inFolder("lab.sqlite"));
});
afterAll(async () => {
  await test.close();
  rmSync(folder, { recursive: true, force: true });
});

interface RunJson {
  readonly cells: readonly (CellResult & { readonly judged: JudgedCell | null })[];
  readonly left: readonly string[];
}

const inFolder = (name: string): string => join(folder, name);
const database = (): readonly string[] => ["--database", inFolder("lab.sqlite")];

/** `lab run` as a user's shell runs it. */
const program = (file: string, ...args: string[]): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [PROGRAM, "run", file, ...args, ...database()], {
    encoding: "utf8",
    timeout: 600_000,
    maxBuffer: 64e6,
  });
/** The same command in the one lab of this file. */
const run = (file: string, options: RunOptions = {}): Promise<Ended> =>
  ended(async () => runRunCommand(test.lab, await readDocumentFile(file), options));

/** A notebook of these cells, by id. */
function notebook(name: string, cells: Readonly<Record<string, string>>): string {
  const file = inFolder(name);
  const text = Object.entries(cells).map(([id, source]) => `// %% code id=${id}\n${source}\n`);
  writeFileSync(file, HEADER + text.join(""));
  return file;
}

describe("the seed's notebook as a document", () => {
  const { document } = readLabDocument(SEED_NOTEBOOK, readFileSync(SEED_NOTEBOOK, "utf8"));

  /** Every cell of it, with fewer repetitions. */
  function quickSeed(): string {
    const fewer = withParameters(document, { SAMPLES: 1, CHECK_ROWS: 32, DIFFERENCES: 2 });
    const file = inFolder("quick.lab.ts");
    writeFileSync(file, fewerProducts(writeLabDocument(fewer)));
    return file;
  }

  it("runs every cell on 2,000 rows; every number of the original has its judgement", () => {
    const { status, stdout, stderr } = program(
      THOROUGH ? SEED_NOTEBOOK : quickSeed(),
      "--rows",
      "2000",
      "--json",
    );
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const { cells, left } = JSON.parse(stdout) as RunJson;
    expect(left).toEqual([]);
    expect(cells.map(({ id }) => id)).toEqual(
      document.cells.filter(({ kind }) => kind === "code").map(({ id }) => id),
    );
    expect(cells.filter(({ error }) => error !== null)).toEqual([]);

    const verdicts = new Map(cells.map(({ id, judged }) => [id, judged?.verdict ?? null]));
    // Every cell whose number the original printed is judged.
    for (const { id } of BACKPROP_NUMBERS) expect(verdicts.get(`c${id}`), id).toEqual(expect.any(String));
    // These hold all 50,000 rows' numbers.
    const wantAllRows = ["c3", "c5", "c22", "c25", "c29"];
    for (const [id, verdict] of verdicts) {
      // Which rung is faster is a matter of the moment.
      if (id !== "c1") expect(verdict === "differs", id).toBe(wantAllRows.includes(id));
      expect(verdict, id).not.toBe("failed");
    }
    for (const { judged } of cells) {
      for (const { name, expected, measured } of judged?.numbers ?? []) {
        // The first call of a process is no number of a notebook.
        if (expected !== null && name !== "torch") expect(measured, name).not.toBeNull();
      }
    }
    const reports = cells.flatMap(({ outputs }) =>
      outputs.flatMap((output) => (output.kind === "check" ? [output.report] : [])),
    );
    expect(reports.map(({ passed }) => passed)).toEqual([true, true, true, true]);
  }, 600_000);

  it("runs the cells that are asked for, and what they need, and no others", async () => {
    const { status, stdout } = await run(SEED_NOTEBOOK, { rows: 100, cells: ["c15"], json: true });
    expect(status).toBe(0);
    const { cells } = JSON.parse(stdout) as RunJson;
    expect(cells.map(({ id }) => id)).toEqual([
      "c3",
      "c4",
      "c5",
      "c6",
      "c8",
      "c9",
      "c10",
      "c11",
      "c12",
      "c13",
      "c14",
      "c15",
    ]);
  }, 120_000);
});

describe("the reference of the tensor language", () => {
  it("begins with a notebook that runs as it stands", async () => {
    const page = readFileSync("docs/tensors.md", "utf8");
    const [, text = ""] = /^```ts document\n(.*?)^```/ms.exec(page) ?? [];
    expect(text.split("\n").filter((line) => !line.startsWith("//")).length).toBeLessThanOrEqual(30);
    const file = inFolder("first.lab.ts");
    writeFileSync(file, text);
    const { status, stdout, stderr } = await run(file);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toMatch(/check: passed/);
    expect(stdout).toMatch(/4 cells ran/);
  }, 60_000);
});

describe("lab run", () => {
  it("prints what cells show as they show it, in a terminal's own characters only", async () => {
    const file = notebook("shows.lab.ts", {
      a: 'print("\\u001b[31mred\\u0007", tensor([1, 2]));\nshow({ loss: tensor([3]).div(2) });',
      b: "hist(randn(1000), { bins: 10 });\nplot([1, 4, 9]);\nheat(eye(3));\nimage(rand(2, 4, 4));",
      c: "zeros(2, 1).sub(zeros(3));\n1 + 1",
      d: 'activation("swish", (z) => z.mul(z.sigmoid()));',
    });
    const { status, stdout } = await run(file);
    expect(status).toBe(0);
    expect(stdout.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
    expect(stdout).toContain("\\u001b[31mred\\u0007 tensor([1, 2])");
    expect(stdout).toMatch(/loss +1\.5/);
    expect(stdout).toContain("1,000 elements");
    expect(stdout).toMatch(/3 +0 +2 +1 +9 +1 +9/);
    expect(stdout).toContain("2 images");
    expect(stdout).toMatch(/^2$/m);
    expect(stdout).toMatch(/activation swish\(z\) = z \* sigmoid\(z\)\n +dz = dy \* \(/);
    expect(stdout).toContain('{"type":"own","name":"swish","forward":"z * sigmoid(z)"}');
    expect(stdout).toMatch(/4 cells ran/);
  });

  it("ends at a cell that fails, says where, and keeps what came before", () => {
    const file = notebook("fails.lab.ts", {
      a: 'print("before");',
      b: "const w = zeros(3, 2);\nzeros(4, 2).matmul(w);",
      c: 'print("never");',
    });
    const { status, stdout, stderr } = program(file);
    expect(status).toBe(1);
    expect(stdout).toContain("before");
    expect(stdout).toMatch(/ShapeError: .*\(4, 2\).*\(3, 2\)/);
    expect(stdout).toMatch(/at cell b, line 2:\d+/);
    expect(stdout).toMatch(/1 not run \(c\)/);
    expect(stdout).not.toContain("never");
    expect(stderr).toContain("Cell b failed");
  });

  it("goes on after a failed check, names the mistake, and ends with 1", async () => {
    const file = notebook("wrong.lab.ts", {
      a: [
        "const x = randn(8, 3), w = randn(3, 1), y = randn(8);",
        "function pass() {",
        "  const out = x.matmul(w);",
        "  const loss = out.squeeze(1).sub(y).pow(2).mean();",
        "  out.g = out.squeeze(1).sub(y).unsqueeze(-1);",
        "  w.g = x.t().matmul(out.g);",
        "  return loss;",
        "}",
        "check(pass, { w });",
      ].join("\n"),
      b: 'print("after");',
    });
    const { status, stdout } = await run(file);
    expect(status).toBe(1);
    expect(stdout).toMatch(/check: FAILED/);
    expect(stdout).toMatch(/out .* wrong /);
    expect(stdout).toContain("after");
  });

  it("stops a cell that takes longer than --limit", async () => {
    const file = notebook("endless.lab.ts", { a: 'print("begun");\nfor (;;);' });
    const { status, stdout } = await run(file, { limit: 500 });
    expect(status).toBe(1);
    expect(stdout).toContain("begun");
    expect(stdout).toMatch(/0\.5 s, the limit/);
  });

  it("Ctrl+C stops a cell; what was computed has been printed", async () => {
    const file = notebook("interrupted.lab.ts", { a: 'print("begun");\nfor (;;);', b: 'print("never");' });
    const child = spawn(process.execPath, [PROGRAM, "run", file, ...database()]);
    let said = "";
    child.stdout.on("data", (bytes: Buffer) => {
      said += bytes.toString();
      if (said.includes("begun")) child.kill("SIGINT");
    });
    const code = await new Promise((end) => child.once("exit", end));
    expect(code).toBe(130);
    expect(said).toContain("begun");
    expect(said).not.toContain("never");
  });

  it.each<[Readonly<Record<string, string>>, RunOptions, RegExp]>([
    [{ a: "print(later);", b: "const later = 1;" }, {}, /cell a uses later, .* in cell b/],
    [{ a: "1" }, { cells: ["z"] }, /There is no cell "z" that can run; the cells are a/],
  ])("refuses before anything runs: %j %j", async (cells, options, message) => {
    const file = notebook("refused.lab.ts", cells);
    const { stdout } = await ended(async () => {
      await expect(runRunCommand(test.lab, await readDocumentFile(file), options)).rejects.toThrow(message);
      return 1;
    });
    expect(stdout).toBe("");
  });

  it("takes its options from the command line", async () => {
    const file = notebook("options.lab.ts", { a: "print('left out');", b: "print(randn(3));" });
    const target = inFolder("options.ipynb");
    writeFileSync(target, "earlier");
    const options = ["--cells", "b", "--seed", "2", "--limit", "60s", "--ipynb", target];
    const refused = await labHere("run", file, ...options, ...database());
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringMatching(/--force/)]);
    const { status, stdout } = await labHere("run", file, ...options, "--force", ...database());
    expect(status).toBe(0);
    expect(stdout).not.toContain("left out");
    expect(stdout).toContain((await run(file, { cells: ["b"], seed: 2 })).stdout.split("\n")[2] ?? "nothing");
    expect(JSON.parse(readFileSync(target, "utf8"))).toHaveProperty("cells");
  });

  it.each([
    ["--limit", "soon", /length of time/],
    ["--threads", "1000", /at most 64/],
  ])("refuses %s %s before it opens the lab", async (option, value, message) => {
    const file = notebook("refused.lab.ts", { a: "1" });
    const { status, stdout, stderr } = await labHere("run", file, option, value, ...database());
    expect(stderr).toMatch(message);
    expect(stdout).toBe("");
    expect(status).toBe(2);
  });

  it("gives the same numbers for the same seed, whatever else ran", async () => {
    const file = notebook("draws.lab.ts", { a: "print(randn(3));", b: "print(rand(2), randperm(4));" });
    const both = (await run(file)).stdout;
    const one = (await run(file, { cells: ["b"] })).stdout;
    const lines = (text: string): string[] => text.split("\n").filter((line) => line.startsWith("tensor"));
    expect(lines(both).slice(1)).toEqual(lines(one));
    expect(lines((await run(file, { seed: 2 })).stdout)).not.toEqual(lines(both));
  });
});

describe("files", () => {
  it("--ipynb keeps outputs, and replaces a file only with --force", async () => {
    const file = notebook("kept.lab.ts", { a: "print('one');", b: "hist(rand(10));" });
    const target = inFolder("kept.ipynb");
    expect((await run(file, { ipynb: target })).status).toBe(0);
    const written = readFileSync(target, "utf8");
    const { cells } = JSON.parse(written) as {
      cells: { id: string; outputs: { data: Record<string, unknown> }[] }[];
    };
    expect(cells.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(cells[0].outputs[0].data["text/plain"]).toEqual(["one"]);
    expect(cells[1].outputs[0].data["application/vnd.backprop-lab+json"]).toMatchObject({
      kind: "histogram",
      elements: 10,
    });
    // As Jupyter draws it, which shows an SVG as a picture of its own.
    expect(String(cells[1].outputs[0].data["image/svg+xml"])).toMatch(
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg".*<rect /s,
    );
    await expect(run(file, { ipynb: target })).rejects.toThrow(/--force/);
    expect(readFileSync(target, "utf8")).toBe(written);
    expect((await run(file, { ipynb: target, force: true })).status).toBe(0);
  });

  it("lab convert there and back gives the same file", async () => {
    const there = inFolder("seed.ipynb");
    const back = inFolder("seed.lab.ts");
    expect((await labHere("convert", SEED_NOTEBOOK, there)).status).toBe(0);
    expect((await labHere("convert", there, back)).status).toBe(0);
    expect(readFileSync(back, "utf8")).toBe(readFileSync(SEED_NOTEBOOK, "utf8"));
    expect((await labHere("convert", there, back)).stderr).toMatch(/--force/);
    expect((await labHere("convert", there, inFolder("other.ipynb"))).stderr).toMatch(/end alike/);
    expect((await labHere("convert", SEED_NOTEBOOK, inFolder("notes.txt"))).stderr).toMatch(
      /ends with .lab.ts or .ipynb/,
    );
  });

  it("reads Windows' line ends, a byte order mark, unknown markers and ids that stand twice", async () => {
    const file = inFolder("odd.lab.ts");
    const cells = [
      "// %% code id=a",
      "print('first');",
      "// %% chart id=b colour=red",
      "not code at all (",
      "// %% code id=a",
      "print('second');",
    ];
    writeFileSync(file, `\uFEFF${HEADER.trim()}\r\n${cells.join("\r\n")}\r\n`);
    const { status, stdout, stderr } = await run(file);
    expect(status).toBe(0);
    expect(stdout).toContain("first");
    expect(stdout).toContain("second");
    expect(stderr).toMatch(/"chart" are not known/);
    expect(stderr).toMatch(/"a" stands twice/);
  });

  it.each<[string, string, RegExp]>([
    ["huge.lab.ts", `${HEADER}// ${"x".repeat(10_000_000)}`, /at most 10 MB/],
    ["vast.lab.ts", `${HEADER}// ${"x".repeat(41_000_000)}`, /at most 10 MB/],
    ["zero.lab.ts", `${HEADER}a\0b`, /zero byte/],
    ["newer.lab.ts", "// lab notebook 9\n", /newer Backprop Lab/],
    ["old.ipynb", JSON.stringify({ nbformat: 3, worksheets: [] }), /nbformat.*expected 4, got 3/],
    ["broken.ipynb", "{", /as JSON/],
    ["empty.ipynb", "[]", /expected a Jupyter notebook/],
    ["other.txt", "text", /ends with .lab.ts or .ipynb/],
  ])("%s is refused in words and left as it is", async (name, text, message) => {
    const file = inFolder(name);
    writeFileSync(file, text);
    const { status, stdout, stderr } = await labHere("run", file, ...database());
    expect(stderr).toMatch(message);
    expect(stdout).toBe("");
    expect(status).toBe(1);
    expect(readFileSync(file, "utf8") === text).toBe(true);
  });

  it("shows cells of another language as text that never runs, and gives back what it does not show", async () => {
    const file = inFolder("python.ipynb");
    const outputs = [
      { output_type: "display_data", metadata: {}, data: { "text/html": "<script>alert(1)</script>" } },
      {
        output_type: "display_data",
        metadata: {},
        data: { "image/svg+xml": "<svg onload='x'/>", "text/plain": "a plot" },
      },
    ];
    const cells = [
      { cell_type: "markdown", id: "m", metadata: {}, source: "# Title" },
      {
        cell_type: "code",
        id: "p",
        metadata: { tags: ["x"] },
        execution_count: 1,
        source: "import os",
        outputs,
      },
    ];
    const metadata = { kernelspec: { name: "python3", language: "python", display_name: "Python 3" } };
    writeFileSync(file, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells }));
    const { status, stdout, stderr } = await run(file);
    expect(status).toBe(0);
    expect(stdout).toMatch(/0 cells ran/);
    expect(stderr).toMatch(/language is python: 1 cell shown/);
    expect(stderr).toMatch(/image\/svg\+xml, text\/html/);
    const there = inFolder("python.lab.ts");
    const back = inFolder("python-back.ipynb");
    expect((await labHere("convert", file, there)).status).toBe(0);
    expect(readFileSync(there, "utf8")).not.toContain("<script>");
    expect((await labHere("convert", there, back)).status).toBe(0);
    expect(JSON.parse(readFileSync(back, "utf8"))).toMatchObject({
      metadata,
      cells: [
        { cell_type: "markdown", id: "m" },
        { cell_type: "code", id: "p", metadata: { tags: ["x"] }, source: ["import os"] },
      ],
    });
  });
});
