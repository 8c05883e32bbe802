import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { declaredNames } from "../../../../src/renderer/live/language/cell-modules.ts";
import { CellService } from "../../../../src/renderer/live/language/cell-service.ts";
import {
  partId,
  type ExercisePart,
  type LanguageCell,
} from "../../../../src/renderer/live/language/language-protocol.ts";
import { CHECK_WORDS as CHECK_WORDS_SHOWN } from "../../../../src/renderer/live/lesson/check-templates.ts";
import { exerciseOf } from "../../../../src/shared/documents/exercise.ts";
import { readLabDocument } from "../../../../src/shared/documents/read-lab-document.ts";

const LIB_DIR = resolve("node_modules/typescript/lib");
const PRELUDE = readFileSync(resolve("src/sandbox/prelude/tensors.d.ts"), "utf8");
const CHECK_WORDS = readFileSync(resolve("src/sandbox/prelude/check-words.d.ts"), "utf8");

/** TypeScript's lib files that es2023 refers to. */
function libraries(name: string, known = new Map<string, string>()): Map<string, string> {
  const file = `lib.${name}.d.ts`;
  if (known.has(file)) return known;
  const text = readFileSync(resolve(LIB_DIR, file), "utf8");
  known.set(file, text);
  for (const [, inner = ""] of text.matchAll(/^\/\/\/ <reference lib="([^"]+)" \/>/gm))
    libraries(inner, known);
  return known;
}
const LIBRARIES = libraries("es2023");
const LESSONS_DIR = resolve("resources/lessons");
const LESSONS = readdirSync(LESSONS_DIR).filter((file) => file.endsWith(".lab.ts"));

const cell = (id: string, source: string) => ({ id, source, label: id });
let service: CellService;
beforeEach(() => {
  service = new CellService(LIBRARIES, PRELUDE, CHECK_WORDS);
});
const problemsOf = (cells: readonly (readonly [string, string])[], of: string) => {
  service.sync(
    cells.map(([id, source]) => cell(id, source)),
    null,
  );
  return service.problems(of);
};

describe("cells as a chain of modules", () => {
  it("lets a name mean what the last cell above defines", () => {
    const cells = [
      ["a", "function relu(x: Tensor) { return x.clampMin(0); }"],
      ["b", "const first = relu(zeros(2));\nfirst.matmul(1);"],
      ["c", "function relu(x: number) { return Math.max(0, x); }"],
      ["d", "const second: number = relu(3);"],
    ] as const;
    expect(problemsOf(cells, "d")).toEqual([]);
    const [wrong] = service.problems("b");
    expect(wrong.message).toMatch(/number/);
    expect(cells[1][1].slice(wrong.from, wrong.to)).toBe("1");
  });

  it("lets a cell assign what a cell above declares", () => {
    expect(
      problemsOf(
        [
          ["a", "let w1 = randn(2, 2);"],
          ["b", "w1 = randn(2, 2).mul(0.5);\nw1.g = null;"],
        ],
        "b",
      ),
    ).toEqual([]);
  });

  it("says of a name that only a cell below defines where that is", () => {
    const cells = [
      ["a", "linear(zeros(1));"],
      ["b", "function linear(x: Tensor) { return x; }"],
    ] as const;
    expect(problemsOf(cells, "a")[0]?.message).toMatch(/only defined below, in cell b/);
  });

  it("keeps marks inside the cell where a brace is missing", () => {
    const source = "function f() {\n  return 1;";
    const [problem] = problemsOf([["a", source]], "a");
    expect(problem.message).toMatch(/'}' expected/);
    expect(problem.to).toBeLessThanOrEqual(source.length);
  });

  it("follows an edit and the order of cells", () => {
    const use = cell("b", "const n: number = size;");
    service.sync([cell("a", "const size = 3;"), use], null);
    expect(service.problems("b")).toEqual([]);
    service.sync([cell("a", 'const size = "3";'), use], null);
    expect(service.problems("b")[0]?.message).toMatch(/not assignable/);
    service.sync([use, cell("a", "const size = 3;")], null);
    expect(service.problems("b")[0]?.message).toMatch(/defined below/);
  });

  it.each([
    ["if (z.gt(0)) print(1);", "z.gt(0)"],
    ["const y = mask ? 1 : 2;", "mask"],
    ["while (!(z.lt(0)) && size > 1) break;", "z.lt(0)"],
    ["for (; mask; ) break;", "mask"],
    ["assert(z.eq(1));", "z.eq(1)"],
    ["const chosen = mask || size;", "mask"],
  ])("marks a tensor as a condition: %s", (code, marked) => {
    const above = ["a", "const z = randn(2), mask = z.gt(0), size = 3;"] as const;
    const [problem, ...others] = problemsOf([above, ["b", code]], "b");
    expect(others).toEqual([]);
    expect(code.slice(problem.from, problem.to)).toBe(marked);
    expect(problem).toMatchObject({
      severity: "warning",
      message: expect.stringContaining(`write where(${marked}, yes, no)`) as string,
    });
  });

  it.each([
    "if (z.gt(0).sum().item() > 1) print(-1);",
    "if (z.g) print(z.g);",
    "const maybe = (x?: Tensor) => (x ? x.add(1) : -size);",
    "const rest = z.grad || zeros(2);",
    "class Tensor { gt(n: number) { return n > size; } }\nif (new Tensor().gt(1)) print(1);",
    "const f = () => z.gt(0) ?? mask;",
    "class Layer { out!: Tensor; }\nif (!new Layer().out) print(1);",
    "let kept: Tensor;\nconst f = () => (kept ? kept : (kept = z));",
  ])("leaves other conditions alone: %s", (code) => {
    const above = ["a", "const z = randn(2), mask = z.gt(0), size = 3;"] as const;
    expect(
      problemsOf([above, ["b", code]], "b").filter(({ message }) => message.includes("no condition")),
    ).toEqual([]);
  });

  it("does not know pages and Node", () => {
    expect(problemsOf([["a", "document.title; process.exit();"]], "a")).toHaveLength(2);
  });
});

describe("what the editor asks", () => {
  it("suggests a tensor's methods, with their types", () => {
    const source = "const x = zeros(2, 3);\nx.mat";
    service.sync([cell("a", source)], "a");
    const found = service.complete("a", source.length);
    expect(found?.from).toBe(source.length - 3);
    expect(found?.suggestions.map(({ name }) => name)).toContain("matmul");
    expect(service.describe("a", source.length, "matmul")).toMatchObject({
      type: "(method) Tensor.matmul(o: Tensor): Tensor",
      text: expect.stringContaining("(M, K) @ (K, N)") as string,
    });
  });

  it("suggests names of cells above that the cell does not use yet, before JavaScript's own", () => {
    service.sync([cell("a", "const train_mean = 0.13;"), cell("b", "tr")], "b");
    const found = service.complete("b", 2)?.suggestions ?? [];
    expect(found.find(({ name }) => name === "train_mean")?.origin).toBe("cells");
    expect(found.find(({ name }) => name === "zeros")?.origin).toBe("tensors");
    expect(found.find(({ name }) => name === "Math")?.origin).toBe("javascript");
  });

  it("says a name's type and a call's parameters", () => {
    const source = "const y = linear(zeros(1), ";
    service.sync(
      [cell("a", "function linear(x: Tensor, w: Tensor) { return x.matmul(w); }"), cell("b", source)],
      "b",
    );
    expect(service.hover("b", source.indexOf("linear"))?.type).toBe("linear(x: Tensor, w: Tensor): Tensor");
    expect(service.signature("b", source.length)).toMatchObject({
      parameters: ["x: Tensor", "w: Tensor"],
      active: 1,
    });
  });

  it("suggests the options of a check, and marks one that there is not", () => {
    const source = "const w = ones(2); check(() => w.sum(), { w }, { ";
    service.sync([cell("a", `${source}});`)], "a");
    const names = service.complete("a", source.length)?.suggestions.map(({ name }) => name) ?? [];
    expect(names).toEqual(expect.arrayContaining(["differences", "rows", "batch"]));
    expect(service.hover("a", source.indexOf("check"))?.type).toContain("options?: CheckOptions");
    service.sync([cell("a", `${source}coordinates: 3 });`)], "a");
    expect(service.problems("a").map(({ message }) => message)).toEqual([
      expect.stringContaining("coordinates"),
    ]);
  });

  it("renames a name in all cells where it means the same", () => {
    const cells = [
      cell("a", "let w1 = 2;"),
      cell("b", "print(w1 + w1);"),
      cell("c", "let w1 = 3; print(w1);"),
    ];
    service.sync(cells, "b");
    const answer = service.rename("b", cells[1]?.source.indexOf("w1") ?? 0);
    expect(answer).toEqual({
      kind: "places",
      name: "w1",
      places: expect.arrayContaining([
        { cell: "a", from: 4, to: 6 },
        { cell: "b", from: 6, to: 8 },
        { cell: "b", from: 11, to: 13 },
      ]) as unknown,
    });
    expect(answer.kind === "places" && answer.places).toHaveLength(3);
    expect(service.rename("b", 1)).toMatchObject({ kind: "refused" });
  });
});

describe("which cells are checked again", () => {
  const affectedBy = (cells: readonly (readonly [string, string])[]) =>
    service.sync(
      cells.map(([id, source]) => cell(id, source)),
      null,
    );
  const start = [
    ["a", "const one = 1;"],
    ["b", "const two = one + 1;"],
    ["c", "const three = two + 1;"],
    ["d", "const other = 4;"],
    ["e", "const late = 5;"],
  ] as const;
  const without = (id: string, source: string) =>
    start.map(([known, text]) => [known, known === id ? source : text] as const);

  it("takes all at first, and none where nothing changed", () => {
    expect(affectedBy(start)).toEqual(["a", "b", "c", "d", "e"]);
    expect(affectedBy(start)).toEqual([]);
  });

  it("takes what changed and what follows from it, over several cells", () => {
    affectedBy(start);
    const changed = without("a", 'const one = "1";');
    expect(affectedBy(changed)).toEqual(["a", "b", "c"]);
    expect(affectedBy(without("d", "const other = 5;"))).toContain("d");
  });

  it("leaves out what has nothing to do with a change", () => {
    affectedBy(start);
    expect(affectedBy(without("d", "const other = 5;"))).toEqual(["d"]);
  });

  it("takes a cell above that speaks of a name which a cell below defines now", () => {
    affectedBy(without("a", "const one = later;"));
    const defined = without("a", "const one = later;").map(
      ([id, source]) => [id, id === "e" ? "const later = 5;" : source] as const,
    );
    expect(affectedBy(defined)).toEqual(["a", "b", "c", "e"]);
    expect(service.problems("a")[0]?.message).toMatch(/only defined below/);
  });

  it("takes all where a cell goes, moves or is called otherwise", () => {
    affectedBy(start);
    expect(affectedBy(start.slice(1))).toEqual(["b", "c", "d", "e"]);
    affectedBy(start);
    expect(affectedBy([start[1], start[0], ...start.slice(2)])).toHaveLength(5);
  });
});

describe("an exercise's check and solution", () => {
  const words = declaredNames(CHECK_WORDS);
  const part = (of: string, kind: ExercisePart, source: string): LanguageCell => ({
    id: partId(of, kind),
    source,
    label: of,
    part: { kind, of },
  });
  const problemsOfAll = (cells: readonly LanguageCell[], by = service): string[] => {
    by.sync(cells, null);
    return cells.flatMap(({ id }) => by.problems(id).map(({ message }) => `${id}: ${message}`));
  };

  it("know the words of checks, which a cell does not", () => {
    expect(
      CHECK_WORDS_SHOWN.map(([word]) => /^\w+/.exec(word)?.[0]).filter(
        (word) => !(word ?? "").startsWith("check"),
      ),
    ).toEqual(expect.arrayContaining([...words]));
    expect(words).toHaveLength(6);
    const said = problemsOfAll([
      cell("a", "const half = (x: Tensor) => x;\nequal('x', 1, 2);"),
      part("a", "check", "equal('half(x)', half(ones(2)), () => ones(2).mul(0.5));\nwithin('x', 1, 'a', 2);"),
    ]);
    expect(said).toEqual([
      "a: Cannot find name 'equal'.",
      "a.check: Argument of type 'string' is not assignable to parameter of type 'number'.",
    ]);
  });

  it("is suggested names from above and of checks; what it declares is nobody else's", () => {
    const cells = [
      cell("a", "const weights = randn(2, 2);"),
      part("b", "solution", "const half = (x: Tensor) => x.div(2);\nconst secret = 1;"),
      cell("b", "const half = (x: Tensor) => x;"),
      part("b", "check", "const mine = 3;\n"),
      cell("c", "half(weights);\nsecret;\nmine;"),
    ];
    expect(problemsOfAll(cells)).toEqual(["c: Cannot find name 'secret'.", "c: Cannot find name 'mine'."]);
    service.sync(cells, "b");
    const suggested = (id: string, offset: number) =>
      service.complete(id, offset)?.suggestions.map(({ name }) => name) ?? [];
    expect(suggested("b.check", 16)).toEqual(expect.arrayContaining(["half", "weights", "equal", "mine"]));
    expect(suggested("b.check", 16)).not.toContain("secret");
    expect(suggested("b.solution", 0)).toContain("weights");
    expect(suggested("b.solution", 0)).not.toContain("equal");
  });

  // One service for all: it reads the language's own texts once.
  const lessons = new CellService(LIBRARIES, PRELUDE, CHECK_WORDS);
  it.each(LESSONS)("of %s have types that fit", (file) => {
    const { document } = readLabDocument(file, readFileSync(join(LESSONS_DIR, file), "utf8"));
    const cells = document.cells.flatMap((one): LanguageCell[] => {
      const exercise = exerciseOf(one);
      if (exercise === null) return one.kind === "code" ? [cell(one.id, one.source)] : [];
      // The check looks at what the solution gives: a starter may give nothing.
      return [cell(one.id, exercise.solution ?? ""), part(one.id, "check", exercise.check ?? "")];
    });
    expect(cells.filter(({ part }) => part !== undefined).length).toBeGreaterThan(0);
    expect(problemsOfAll(cells, lessons)).toEqual([]);
  });
});
