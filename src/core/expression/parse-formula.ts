import { ContractError } from "../errors.ts";
import {
  BINARY_FUNCTIONS,
  operandsOf,
  UNARY_FUNCTIONS,
  type BinaryFunction,
  type MapFunction,
} from "../ops/generic-op.ts";
import { functionsIn, number, type Expression, type InputName } from "./expression.ts";

/** Most functions that a formula applies. */
export const MOST_FUNCTIONS = 64;
/** Most characters of a formula. */
export const LONGEST_FORMULA = 1_000;

const FUNCTIONS: readonly MapFunction[] = [...UNARY_FUNCTIONS, ...BINARY_FUNCTIONS, "where"];
/** Names that people write besides those of the tensor language. */
const ALSO: Readonly<Partial<Record<string, MapFunction>>> = { max: "maximum", min: "minimum" };
const TOKEN =
  /\s*(?:(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)|([A-Za-z]\w*)|(\*\*|[<>=!]=|[-+*/<>(),]))/gy;

interface Operator {
  readonly fn: BinaryFunction;
  /** The higher binds first. */
  readonly level: number;
}
const OPERATORS: Readonly<Partial<Record<string, Operator>>> = {
  ">": { fn: "gt", level: 1 },
  ">=": { fn: "ge", level: 1 },
  "<": { fn: "lt", level: 1 },
  "<=": { fn: "le", level: 1 },
  "==": { fn: "eq", level: 1 },
  "!=": { fn: "ne", level: 1 },
  "+": { fn: "add", level: 2 },
  "-": { fn: "sub", level: 2 },
  "*": { fn: "mul", level: 3 },
  "/": { fn: "div", level: 3 },
  "**": { fn: "pow", level: 5 },
};
/** Between product and power: −z ** 2 is −(z ** 2), as Python has it. */
const SIGN_LEVEL = 4;

interface Token {
  readonly text: string;
  readonly kind: "number" | "name" | "sign" | "end";
  /** Place in the formula, from 1. */
  readonly at: number;
}

function tokensOf(formula: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  const end = formula.trimEnd().length;
  while (pattern.lastIndex < end) {
    const from = pattern.lastIndex;
    const match = pattern.exec(formula);
    if (match === null) {
      const rest = formula.slice(from).trimStart();
      const at = formula.length - rest.length + 1;
      const power = rest.startsWith("^") ? ": a power is **" : "";
      throw new ContractError(
        `"${rest.slice(0, 1)}" at place ${at} is not part of the language of formulas${power}`,
      );
    }
    const [, digits, name, sign] = match as (string | undefined)[];
    const text = digits ?? name ?? sign ?? "";
    const kind = digits !== undefined ? "number" : name !== undefined ? "name" : "sign";
    tokens.push({ text, kind, at: pattern.lastIndex - text.length + 1 });
  }
  return [...tokens, { text: "the end", kind: "end", at: formula.length + 1 }];
}

/**
 * Reads a formula of elements: numbers, the given inputs, + − * / ** and comparisons (1 or 0) with Python's precedence,
 * and the functions of the tensor language, as in `z * sigmoid(z)`.
 *
 * @throws {ContractError} If it is not one, saying where.
 */
export function parseFormula(formula: string, inputs: readonly InputName[]): Expression {
  const tokens = tokensOf(formula);
  let next = 0;
  const peek = (): Token => tokens[next];
  const unexpected = ({ text, at }: Token, expected: string): ContractError =>
    new ContractError(`${text} at place ${at}: expected ${expected}`);
  const take = (text: string): void => {
    if (peek().kind !== "sign" || peek().text !== text) throw unexpected(peek(), text);
    next++;
  };

  const callOf = (token: Token): Expression => {
    const fn = ALSO[token.text] ?? FUNCTIONS.find((one) => one === token.text);
    if (fn === undefined) {
      throw unexpected(
        token,
        `one of ${inputs.join(", ")}, or a function: ${[...FUNCTIONS, "max", "min"].join(", ")}`,
      );
    }
    take("(");
    const args = [expression(1)];
    while (peek().text === ",") {
      next++;
      args.push(expression(1));
    }
    take(")");
    const wanted = operandsOf(fn);
    if (args.length === wanted) return { kind: "call", fn, args };
    throw new ContractError(
      `${token.text} at place ${token.at} takes ${wanted} ${wanted === 1 ? "value" : "values"}; here are ${args.length}`,
    );
  };
  const operand = (): Expression => {
    const token = peek();
    next++;
    if (token.kind === "number") return number(Number(token.text));
    if (token.kind === "name") {
      const name = inputs.find((one) => one === token.text);
      return name === undefined ? callOf(token) : { kind: "input", name };
    }
    if (token.text === "(") {
      const inside = expression(1);
      take(")");
      return inside;
    }
    if (token.text === "-") {
      const of = expression(SIGN_LEVEL);
      return of.kind === "value" ? number(-of.value) : { kind: "call", fn: "neg", args: [of] };
    }
    throw unexpected(token, `a number, ${inputs.join(", ")}, a function or (`);
  };
  const expression = (lowest: number): Expression => {
    let left = operand();
    for (;;) {
      const operator = peek().kind === "sign" ? OPERATORS[peek().text] : undefined;
      if (operator === undefined || operator.level < lowest) return left;
      next++;
      // A power's exponent may have a sign and a power of its own: 2 ** −z ** 2.
      const right = expression(operator.fn === "pow" ? SIGN_LEVEL : operator.level + 1);
      left = { kind: "call", fn: operator.fn, args: [left, right] };
    }
  };

  if (formula.length > LONGEST_FORMULA) {
    throw new ContractError(`it has ${formula.length} characters; at most ${LONGEST_FORMULA} are taken`);
  }
  const whole = expression(1);
  if (peek().kind !== "end") throw unexpected(peek(), "an operator or the end");
  const count = functionsIn(whole);
  if (count <= MOST_FUNCTIONS) return whole;
  throw new ContractError(`it applies ${count} functions; at most ${MOST_FUNCTIONS} are taken`);
}
