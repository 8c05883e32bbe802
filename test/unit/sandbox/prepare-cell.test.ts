import { describe, expect, it } from "vitest";
import { CellSources } from "../../../src/sandbox/cell-sources.ts";
import { CellSyntaxError, prepareCell } from "../../../src/sandbox/prepare-cell.ts";

/** Where a text stands in another, from 1. */
function placeOf(text: string, part: string): { line: number; column: number } {
  const before = text.slice(0, text.indexOf(part));
  const lines = before.split("\n");
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}

const failureOf = (source: string): CellSyntaxError => {
  try {
    prepareCell(source);
  } catch (error) {
    if (error instanceof CellSyntaxError) return error;
  }
  throw new Error(`compiles: ${source}`);
};

describe("prepareCell", () => {
  it("keeps every line and takes types away", () => {
    const { code } = prepareCell(
      "interface A { x: number }\nconst f = (a: number): string => `${a}`;\nf(1 as number);",
    );
    expect(code.split("\n")).toHaveLength(3);
    expect(code).not.toContain("interface");
    expect(code).not.toContain(": number");
  });

  it("names what a cell defines, destructured and default names too", () => {
    const { defines } = prepareCell(
      "const a = 1, { b, c: [d, ...e], f = 2 } = q;\nlet g;\nfunction h() { const inner = 1; }\nclass I {}\nvar j = 3;\nfor (const k of []) {}",
    );
    expect(defines).toEqual(["a", "b", "d", "e", "f", "g", "h", "I", "j"]);
  });

  it("makes what is declared at the top a variable that another run may declare again", () => {
    const { code } = prepareCell("const a = 1; { const b = 2; }\nclass C {} class D {}\nlet e = 1;");
    expect(code).toBe("var   a = 1; { const b = 2; }\nvar C = class C {}; var D = class D {};\nvar e = 1;");
  });

  it("has comparisons looked at that stand as conditions, and keeps their places", () => {
    const source =
      "let a = x.gt(0) ? 1 : 2;\nif (!(x.le(1) && y)) f();\nwhile (x.eq(3) || y.ne(z.lt(4) ? 1 : 2));\nconst b = x.gt(0), c = x[gt](0) ? 1 : 2, d = has.gt ?? x.lt(1);";
    const { code, positions } = prepareCell(source);
    expect(code).toBe(
      source
        .replace("let a = x.gt(0)", "var a = backpropLabCondition(x.gt(0))")
        .replace("x.le(1)", "backpropLabCondition(x.le(1))")
        .replace("x.eq(3)", "backpropLabCondition(x.eq(3))")
        .replace("y.ne(z.lt(4) ? 1 : 2)", "backpropLabCondition(y.ne(backpropLabCondition(z.lt(4)) ? 1 : 2))")
        .replace("const b", "var   b"),
    );
    const of = (part: string) => positions.toSource(placeOf(code, part));
    expect(of("(x.gt(0)) ?")).toEqual(placeOf(source, "x.gt(0) ?"));
    expect(of("f();")).toEqual(placeOf(source, "f();"));
    expect(of("(z.lt(4))")).toEqual(placeOf(source, "z.lt(4)"));
  });

  it("follows what statements call, and what the last one shows", () => {
    const { code } = prepareCell("f();\na?.b(1);\nx = f();\nconst p = g();\nif (p) f();\n!x.gt(0) ? p : 1");
    expect(code.split("\n")).toEqual([
      "backpropLabFollowed(f());",
      "backpropLabFollowed(a?.b(1));",
      "x = f();",
      "var   p = g();",
      "if (p) f();",
      "backpropLabFollowed(!backpropLabCondition(x.gt(0)) ? p : 1)",
    ]);
  });

  it("shows the value of a last expression, and of no assignment or declaration", () => {
    expect(
      ["1 + 1", "f(x)", "a = 1", "a++", "const b = 1", "if (a) b", '"use strict"', ""].map(
        (s) => prepareCell(s).shownAt !== null,
      ),
    ).toEqual([true, true, false, false, false, false, false, false]);
  });

  it("says where the text is no program", () => {
    expect(failureOf("const a = 1;\nconst b: number = ;")).toMatchObject({ line: 2, column: 19 });
    expect(failureOf("const a: number = 1, a: string = 2;\n")).toMatchObject({ line: 1, column: 22 });
    expect(failureOf("const x: number = 1;\nbreak;")).toMatchObject({ line: 2, column: 1 });
  });

  it("refuses imports and exports in words", () => {
    expect(failureOf('import x from "node:fs";').message).toContain("cells import and export nothing");
    expect(failureOf("export const a = 1;").message).toContain("cells import and export nothing");
    expect(failureOf('const a: number = 1; import "b";').message).toContain("import");
  });

  it("takes the line ends of Windows and a byte-order mark", () => {
    expect(prepareCell("\uFEFFconst a = 1;\r\nconst b = 2;").defines).toEqual(["a", "b"]);
  });
});

describe("constants", () => {
  it.each([
    ["const a = 1;\na = 2;", "a", 2, 1],
    ["const f = (x: number) => x;\nconst run = () => { f = null as any; };", "f", 2, 21],
    ["const { b, ...rest } = { b: 1 };\nb++;", "b", 2, 1],
    ["function f() {\n  const inner = 1;\n  [inner] = [2];\n}", "inner", 3, 4],
    ["const n: number = 3;\nfor (n of [1]) print(n);", "n", 2, 6],
  ])("are not assigned to: %s", (source, name, line, column) => {
    expect(() => prepareCell(source)).toThrow(
      expect.objectContaining({
        message: `Cannot assign to '${name}' because it is a constant; declare it with let`,
        line,
        column,
      }),
    );
  });

  it.each([
    "let a = 1; a = 2;",
    "const a = 1; { let a = 2; a = 3; }",
    "const a = [1]; a[0] = 2; for (const i of a) print(i);",
    "const w = zeros(2); w.g = ones(2);",
    "function f(a = 1) { a = 2; return a; } const a = f();",
  ])("are left alone: %s", (source) => {
    expect(() => prepareCell(source)).not.toThrow();
  });
});

describe("CellSources", () => {
  const source = [
    "function relu(x: Tensor, shift: number = 0): Tensor { return x.clampMin(0).sub(shift); }",
    "const l1: Tensor = inp.matmul(w1).add(b1), l2 = relu(l1);",
    "class A { out!: Tensor;",
    "  run(x: Tensor) { this.out = (x as Tensor).exp(); } }",
  ].join("\n");
  const prepared = prepareCell(source);
  const sources = new CellSources();
  const name = sources.add("c1", prepared);
  /** A frame as QuickJS writes it: a call is where its parenthesis stands in the compiled code. */
  const frame = (part: string): string => {
    const { line, column } = placeOf(prepared.code, part);
    const inner = part.indexOf("(");
    return `    at f (${name}:${line}:${column + Math.max(0, inner)})`;
  };

  it("finds lines and columns of the text that was written", () => {
    expect(sources.frames(`    at add (./tensor.ts:1:1)\n${frame("add(b1)")}`)).toEqual([
      { cell: "c1", line: 2, column: placeOf(source, "(b1)").column, function: "f" },
    ]);
    const inClass = sources.line(frame("exp()"));
    expect(inClass).toEqual({ cell: "c1", ...placeOf(source, "();") });
  });

  it("calls a result by the variable it is assigned to, also through a function that returns it", () => {
    expect(sources.assignedName(frame("add(b1)"))).toBe("l1");
    expect(sources.assignedName(frame("matmul(w1)"))).toBeNull();
    expect(sources.assignedName(`${frame("return x.clampMin")}\n${frame("relu(l1)")}`)).toBe("l2");
    expect(sources.assignedName(frame("exp()"))).toBe("this.out");
  });

  it("shows at most 20 frames, of cells only", () => {
    expect(sources.frames(`${frame("exp()")}\n`.repeat(30))).toHaveLength(20);
    expect(sources.frames("    at f (cell:999:1:1)\n    at g (native)")).toEqual([]);
  });
});
