import { ContractError } from "../errors.ts";
import {
  BINARY_FUNCTIONS,
  operandsOf,
  UNARY_FUNCTIONS,
  type BinaryFunction,
  type MapFunction,
} from "../ops/generic-op.ts";
import { functionsIn, type Expression, type InputName } from "./expression.ts";

/** Most functions that a formula applies. */
export const MOST_FUNCTIONS = 64;
/** Most characters of a formula. */
export const LONGEST_FORMULA = 1_000;

const FUNCTIONS: readonly MapFunction[] = [...UNARY_FUNCTIONS, ...BINARY_FUNCTIONS, "where"];
/** Names that people write besides those of the tensor language. */
const ALSO: ReadonlyMap<string, MapFunction> = new Map([
  ["max", "maximum"],
  ["min", "minimum"],
]);
const TOKEN =
  /\s*(?:(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)|([A-Za-z]\w*)|(\*\*|[<>=!]=|[-+*/@<>(),]))/gy;

interface Operator<Fn = BinaryFunction> {
  readonly fn: Fn;
  /** The higher binds first. */
  readonly level: number;
}
const PRODUCT_LEVEL = 3;
const OPERATORS: Readonly<Partial<Record<string, Operator>>> = {
  ">": { fn: "gt", level: 1 },
  ">=": { fn: "ge", level: 1 },
  "<": { fn: "lt", level: 1 },
  "<=": { fn: "le", level: 1 },
  "==": { fn: "eq", level: 1 },
  "!=": { fn: "ne", level: 1 },
  "+": { fn: "add", level: 2 },
  "-": { fn: "sub", level: 2 },
  "*": { fn: "mul", level: PRODUCT_LEVEL },
  "/": { fn: "div", level: PRODUCT_LEVEL },
  "**": { fn: "pow", level: 5 },
};
/** Between product and power: −z ** 2 is −(z ** 2), as Python has it. */
const SIGN_LEVEL = 4;

/** What formulas may hold beside numbers and functions of elements. */
export interface FormulaLanguage<Fn extends string, Name extends string> {
  readonly inputs: readonly Name[];
  /** More functions, with the fewest and the most values that each takes. `matmul` is also written @. */
  readonly functions: ReadonlyMap<string, TakenBy<Fn>>;
}
export interface TakenBy<Fn extends string> {
  readonly fn: Fn;
  readonly least: number;
  readonly most: number;
}

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
export const parseFormula = (formula: string, inputs: readonly InputName[]): Expression =>
  readFormula<MapFunction, InputName>(formula, { inputs, functions: new Map() });

/** The same in a language with more functions. @throws {ContractError} If it is no formula of it, saying where. */
export function readFormula<Fn extends string, Name extends string>(
  formula: string,
  { inputs, functions }: FormulaLanguage<Fn, Name>,
): Expression<Fn | MapFunction, Name> {
  type Read = Expression<Fn | MapFunction, Name>;
  const tokens = tokensOf(formula);
  let next = 0;
  const peek = (): Token => tokens[next];
  const unexpected = ({ text, at }: Token, expected: string): ContractError =>
    new ContractError(`${text} at place ${at}: expected ${expected}`);
  const take = (text: string): void => {
    if (peek().kind !== "sign" || peek().text !== text) throw unexpected(peek(), text);
    next++;
  };
  const takenBy = (name: string): TakenBy<Fn | MapFunction> | undefined => {
    const fn = ALSO.get(name) ?? FUNCTIONS.find((one) => one === name);
    if (fn === undefined) return functions.get(name);
    return { fn, least: operandsOf(fn), most: operandsOf(fn) };
  };
  const operatorAt = ({ kind, text }: Token): Operator<Fn | MapFunction> | undefined => {
    if (kind !== "sign") return undefined;
    const matmul = functions.get("matmul");
    return text === "@" && matmul !== undefined ? { fn: matmul.fn, level: PRODUCT_LEVEL } : OPERATORS[text];
  };

  const callOf = (token: Token): Read => {
    const found = takenBy(token.text);
    if (found === undefined) {
      const known = [...FUNCTIONS, ...ALSO.keys(), ...functions.keys()];
      throw unexpected(token, `one of ${inputs.join(", ")}, or a function: ${known.join(", ")}`);
    }
    take("(");
    const args = [expression(1)];
    while (peek().text === ",") {
      next++;
      args.push(expression(1));
    }
    take(")");
    const { fn, least, most } = found;
    if (args.length >= least && args.length <= most) return { kind: "call", fn, args };
    throw new ContractError(
      `${token.text} at place ${token.at} takes ${least === most ? "" : `${least} to `}${most} ${most === 1 ? "value" : "values"}; here are ${args.length}`,
    );
  };
  const operand = (): Read => {
    const token = peek();
    next++;
    if (token.kind === "number") return { kind: "value", value: Number(token.text) };
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
      return of.kind === "value"
        ? { kind: "value", value: -of.value }
        : { kind: "call", fn: "neg", args: [of] };
    }
    throw unexpected(token, `a number, ${inputs.join(", ")}, a function or (`);
  };
  const expression = (lowest: number): Read => {
    let left = operand();
    for (;;) {
      const operator = operatorAt(peek());
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
