import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startKernel, type TestKernel } from "./start-kernel.ts";

let live: TestKernel;
beforeAll(async () => {
  live = await startKernel();
});
afterAll(async () => {
  await live.close();
});

describe("a cell's code reaches nothing outside", () => {
  it("neither Node nor the web nor the host functions", async () => {
    const names =
      "process require module global Buffer fetch XMLHttpRequest WebSocket Worker window document WebAssembly setTimeout performance crypto navigator Atomics SharedArrayBuffer backpropLabHost std os scriptArgs";
    expect(
      await live.print(`print(${JSON.stringify(names.split(" "))}.filter((name) => name in globalThis))`),
    ).toEqual(["[]"]);
  });

  it("not through eval, Function or constructors", async () => {
    expect(
      await live.print(
        'print((0, eval)("typeof process"), new Function("return typeof require")(), (function () {}).constructor("return typeof fetch")(), Object.getPrototypeOf(async function () {}).constructor("return typeof process") instanceof Function, [].constructor.constructor("return this")() === globalThis)',
      ),
    ).toEqual(["undefined undefined undefined true true"]);
  });

  it("not through import()", async () => {
    for (const name of ["node:fs", "./host.ts", "./install.ts", "./tensor.ts", "nothing"]) {
      expect(
        await live.print(
          `import("${name}").then(() => print("in"), (error) => print("refused: " + error.message)); void 0`,
        ),
      ).toEqual(["refused: cells import nothing"]);
    }
  });

  it("not through handles: none can be made, kept beyond its tensor, or taken from another kernel", async () => {
    for (const source of [
      "new (Tensor as any)({}, {})",
      "Object.create(Tensor.prototype).add(1)",
      "zeros(2).add({} as any)",
      "zeros(2).add(print as any)",
      "zeros(2).matmul(null as any)",
      "zeros(2).add.call({}, 1)",
      "zeros(2).add.call(zeros, 1)",
      "Reflect.construct(Tensor, [{}, zeros(2)])",
      "class Mine extends (Tensor as any) {} new Mine()",
      "structuredClone(zeros(2))",
    ]) {
      const error = await live.fail(source);
      expect([source, error.kind]).toEqual([source, "runtime"]);
    }
  });

  it("cannot change the language, only its own names", async () => {
    for (const source of [
      "Tensor.prototype.add = () => 1 as any",
      "(nn as any).Linear = 1",
      "nn.Linear.prototype.forward = () => 1 as any",
      "(nn.init as any).zeros_ = 1",
      "(optim.SGD.prototype as any).step = 1",
      "Object.defineProperty(Tensor.prototype, 'mul', { value: 1 })",
      "Object.setPrototypeOf(Tensor.prototype, {})",
    ]) {
      expect([source, (await live.fail(source)).name]).toEqual([source, "TypeError"]);
    }
    expect(
      await live.print("const zeros = 5; print(zeros, ones(2).sub(1), nn.init.zeros_(ones(2)))"),
    ).toEqual(["5 tensor([0, 0]) tensor([0, 0])"]);
  });

  it("gets no host function and no wrong number by polluting prototypes", async () => {
    const polluted = await startKernel({}, live.engine);
    await polluted.run(`
      var seen: unknown[] = [];
      const spy = (object: any, name: any) => {
        const own = object[name];
        object[name] = function (...given: unknown[]) {
          seen[seen.length] = this; for (let i = 0; i < given.length; i++) seen[seen.length] = given[i];
          return Reflect.apply(own, this, given);
        };
      };
      spy(Function.prototype, "call"); spy(Function.prototype, "apply"); spy(Function.prototype, "bind");
      spy(Array.prototype, "join"); spy(Array.prototype, "map"); spy(String.prototype, "split"); spy(Array.prototype, "push");
      Object.defineProperty(Object.prototype, "dim", { value: 0, configurable: true });
      Object.defineProperty(Object.prototype, "record", { get() { seen[seen.length] = this; return undefined; }, configurable: true });
      globalThis.Error = function () { return { stack: { toString() { throw 1; } } }; } as any;
      (Math as any).random = () => 7;
    `);
    const result = await polluted.run(
      "delete (Object.prototype as any).dim; print(tensor([[1, 2], [3, 4]]).matmul(eye(2)).add(1), randn(2).shape);",
    );
    expect(result.error).toBeNull();
    expect(result.outputs).toMatchObject([{ text: "tensor([[2, 3],\n        [4, 5]]) [2]" }]);
    const found = await polluted.run(
      'print(seen.some((value: any) => typeof value === "function" && /record|upload|checkEnd|timeBegin/.test(value.name)), seen.some((value: any) => value !== null && typeof value === "object" && Object.keys(value).includes("upload")))',
    );
    expect(found.outputs).toMatchObject([{ text: "false false" }]);
    await polluted.close();
  });

  it("sees a clock of whole milliseconds", async () => {
    expect(
      await live.print("print(Number.isInteger(Date.now()), Number.isInteger(new Date().getTime()))"),
    ).toEqual(["true true"]);
  });

  it("has nothing of the app's environment or files in its thread's reach", async () => {
    // What a cell could ever reach beside QuickJS are the host functions; they take numbers, short texts and handles.
    const error = await live.fail('einsum("i".repeat(1e6) + "->", ones(2))');
    expect(error.message).toContain("text of at most");
  });
});
