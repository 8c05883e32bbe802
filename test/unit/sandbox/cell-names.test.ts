import { describe, expect, test } from "vitest";
import { analyseCell } from "../../../src/sandbox/cell-names.ts";

const names = (code: string): ReturnType<typeof analyseCell>["names"] => analyseCell(code).names;
const sorted = (list: readonly string[]): string[] => [...list].sort();

describe("the names of a cell", () => {
  test("are what its top level declares or assigns, and what it reads", () => {
    const cell = names(
      "const a = f(b); let c; w1 = randn(a, 2); n += 1; { const inner = a; } for (const i of list) a(i);",
    );
    expect(sorted(cell.defines)).toEqual(["a", "c", "n", "w1"]);
    expect(sorted(cell.uses)).toEqual(["b", "f", "list", "n", "randn"]);
  });

  test("of a function's or class's body count when it is called", () => {
    const cell = names(
      "function model(x) { const y = linear(x, w1); return relu(y); }\nclass Net extends Base { w = zeros(n); call(x) { return model(x); } }\nconst g = (x) => h(x);",
    );
    expect(sorted(cell.defines)).toEqual(["Net", "g", "model"]);
    expect(cell.uses).toEqual(["Base"]);
    expect(sorted(cell.deferred["model"] ?? [])).toEqual(["linear", "relu", "w1"]);
    expect(sorted(cell.deferred["Net"] ?? [])).toEqual(["model", "n", "zeros"]);
    expect(cell.deferred["g"]).toEqual(["h"]);
  });

  test("of a function that is handed over at once count at once", () => {
    const cell = names("const t = time(() => { loss = net.call(x); });");
    expect(sorted(cell.defines)).toEqual(["loss", "t"]);
    expect(sorted(cell.uses)).toEqual(["net", "time", "x"]);
  });

  test("of its own functions count at once where it calls them", () => {
    const cell = names(
      "function relu(x) { return clamp(x); } function model(x) { return relu(x.matmul(w)); } model(y);",
    );
    expect(sorted(cell.uses)).toEqual(["clamp", "w", "y"]);
  });

  test("of an object of a class carry what the class uses", () => {
    expect(names("const net = new Model(w1);").deferred).toEqual({ net: ["Model"] });
  });

  test("say which tensor is changed in place and whose gradient is set or read", () => {
    expect(names("w1.g = b1.g = null;").changes).toEqual(["w1.g", "b1.g"]);
    expect(names("w1.sub_(w1.g.mul(lr));")).toMatchObject({ changes: ["w1"] });
    expect(sorted(names("w1.sub_(w1.g.mul(lr));").uses)).toEqual(["lr", "w1", "w1.g"]);
    expect(names('nn.init.kaimingNormal_(w1, { mode: "fanOut" });').changes).toEqual(["w1"]);
    expect(names("function f(a) { a.g = null; w1.zero_(); }").changes).toEqual([]);
  });

  test("the text of the code leaves out comments and blanks", () => {
    const text = analyseCell("const a = 1; // one\n\n/* two */ print( a )").codeText;
    expect(analyseCell("const a=1;print(a)").codeText).toBe(text);
    expect(analyseCell("const a=2;print(a)").codeText).not.toBe(text);
    expect(analyseCell("const a = `x  y`").codeText).not.toBe(analyseCell("const a = `x y`").codeText);
  });

  test("cannot be told of code that cannot be parsed", () => {
    expect(() => analyseCell("const = 3")).toThrow(SyntaxError);
  });
});
