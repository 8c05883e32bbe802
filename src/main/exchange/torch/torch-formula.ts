import type { Expression } from "../../../core/expression/expression.ts";
import type { MapFunction } from "../../../core/ops/generic-op.ts";
import { pythonNumber } from "./python-text.ts";

const SIGNS: Readonly<Partial<Record<MapFunction, string>>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  pow: "**",
  gt: ">",
  ge: ">=",
  lt: "<",
  le: "<=",
  eq: "==",
  ne: "!=",
};
const COMPARISONS: readonly MapFunction[] = ["gt", "ge", "lt", "le", "eq", "ne"];

/**
 * A formula in Python, with torch's functions; beside `like`, one of its inputs, a number stands as a tensor, which every
 * function of torch takes.
 */
export function torchFormula(e: Expression, like: "z" | "y" = "z"): string {
  const tensorOf = (of: Expression): string =>
    of.kind === "value" ? `torch.full_like(${like}, ${pythonNumber(of.value)})` : torchFormula(of, like);
  if (e.kind === "input") return e.name;
  if (e.kind === "value") return pythonNumber(e.value);
  const sign = SIGNS[e.fn];
  if (sign === undefined) {
    if (e.fn !== "where") return `torch.${e.fn}(${e.args.map(tensorOf).join(", ")})`;
    const [condition, ...branches] = e.args.map(tensorOf);
    return `torch.where((${condition}) != 0, ${branches.join(", ")})`;
  }
  const [a = e, b = e] = e.args;
  // Of two numbers Python would make a number, where torch's functions want a tensor.
  const text = `(${tensorOf(a)} ${sign} ${torchFormula(b, like)})`;
  return COMPARISONS.includes(e.fn) ? `${text}.float()` : text;
}
