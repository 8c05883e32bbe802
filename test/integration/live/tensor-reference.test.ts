import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startKernel, textsOf, type TestKernel } from "./start-kernel.ts";

const REFERENCE = "docs/tensors.md";
const page = readFileSync(REFERENCE, "utf8");
const declarations = readFileSync("src/sandbox/prelude/tensors.d.ts", "utf8");
const examples = [...page.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ""]) => code);

/** Lines of a method's error each: the code, and what the message begins with. */
const errorLines = [...page.matchAll(/^```ts errors\n(.*?)^```/gms)].flatMap(([, code = ""]) =>
  Array.from(
    code.matchAll(/^(.*;) \/\/ throws (.*)$/gm),
    ([, line = "", message = ""]) => [line, message] as const,
  ),
);

/** Methods that any tensor will do for. */
const CANNOT_FAIL =
  ".neg .abs .sign .square .sqrt .rsqrt .exp .log .tanh .sigmoid .erf .relu .float .clone .detach .toString print".split(
    " ",
  );

/** What an example says that it prints: after `// →`, line by line. */
const expected = (code: string): string[] =>
  [...code.matchAll(/\/\/ →(?: (.*))?$/gm)].map(([, text = ""]) => text);

describe("the reference of the tensor language", () => {
  let live: TestKernel;
  beforeAll(async () => {
    live = await startKernel({ rows: 100 });
  });
  afterAll(async () => {
    await live.close();
  });

  it.each(examples.map((code) => [code.split("\n", 1)[0], code] as const))("%s", async (_title, code) => {
    const result = await live.run(code, "example");
    const throws = / \/\/ throws(?: (.*))?$/m.exec(code);
    if (throws !== null) {
      expect(result.error?.message.split("\n").join(" ")).toContain(throws[1]);
      expect(result.error?.name).not.toMatch(/ReferenceError|SyntaxError/);
      return;
    }
    expect(result.error).toBeNull();
    const printed = textsOf(result);
    expect(printed.map((text) => text.replaceAll(/\s+/g, " "))).toEqual(expected(code));
  });

  it.each(errorLines)("%s throws %s", async (code, message) => {
    const { error } = await live.run(code, "example");
    expect(error?.message.split("\n").join(" ")).toContain(message);
    // Whatever goes wrong, the line that did it is known.
    expect(error?.frames[0]).toMatchObject({ cell: "example", line: 1 });
  });

  it("has an error of every method and function that can fail", () => {
    const tensorClass = /declare class Tensor \{(.*?)^\}/ms.exec(declarations)?.[1] ?? "";
    const methods = Array.from(tensorClass.matchAll(/^ {2}(\w+)\(/gm), ([, name = ""]) => `.${name}`);
    const functions = Array.from(declarations.matchAll(/^declare function (\w+)/gm), ([, name = ""]) => name);
    const codes = errorLines.map(([code]) => code);
    const without = [...methods, ...functions].filter(
      (name) =>
        !codes.some((code) =>
          name.startsWith(".") ? code.includes(`${name}(`) : code.startsWith(`${name}(`),
        ),
    );
    expect(without.toSorted()).toEqual(CANNOT_FAIL.toSorted());
  });

  it("names every function, method and layer, and shows each in an example", () => {
    const tensorClass = /declare class Tensor \{(.*?)^\}/ms.exec(declarations)?.[1] ?? "";
    const found = [
      tensorClass.matchAll(/^ {2}(?:readonly )?(\w+)[(:?]/gm),
      declarations.matchAll(/^declare function (\w+)/gm),
      declarations.matchAll(/^ +(?:class|function) (\w+)/gm),
    ];
    const names = found.flatMap((matches) => Array.from(matches, ([, name = ""]) => name));
    expect(names.length).toBeGreaterThan(120);
    const shown = examples.join("\n");
    const missing = names.filter(
      (name) => name !== "constructor" && !new RegExp(`\\b${name}\\b`).test(shown),
    );
    expect(missing).toEqual([]);
    const prose = page.replaceAll(/^```.*?^```/gms, "");
    const unnamed = names.filter(
      (name) => name !== "constructor" && !new RegExp(`\\b${name}\\b`).test(prose),
    );
    expect(unnamed).toEqual([]);
  });
});
