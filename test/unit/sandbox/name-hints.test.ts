import { expect, it } from "vitest";
import { nameHint } from "../../../src/sandbox/name-hints.ts";

const known = () => ({ globals: ["print", "relu_backward"], members: ["matmul", "toArray"] });
const notFunction = { name: "TypeError", message: "not a function" };

it.each([
  ["  const y = a.b.matmull", notFunction, ".matmull is not a function. Did you mean .matmul?"],
  ["x.numpy", notFunction, ".numpy is not a function. Did you mean .toArray?"],
  ["x.shape", notFunction, ".shape is not a function"],
  ["x .foo?.", notFunction, ".foo is not a function"],
  ["  relu_bakward", notFunction, "relu_bakward is not a function. Did you mean relu_backward?"],
  ["new o.p", { name: "TypeError", message: "not a constructor" }, ".p is not a constructor"],
  [
    "",
    { name: "ReferenceError", message: "'prnt' is not defined" },
    "'prnt' is not defined. Did you mean print?",
  ],
  ["", { name: "ReferenceError", message: "'x' is not defined" }, null],
  ["o['zz']", notFunction, null],
  ["", notFunction, null],
  ["x.foo", { name: "TypeError", message: "something else" }, null],
  ["x.foo", { name: "Error", message: "not a function" }, null],
])("%s: %o", (before, thrown, words) => {
  expect(nameHint(thrown, before, known)).toBe(words);
});
