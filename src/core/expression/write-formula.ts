import type { Expression } from "./expression.ts";

/** How tightly a text holds together, as `parseFormula` reads it; what binds less stands in brackets. */
const LEVELS = { comparison: 1, sum: 2, product: 3, sign: 4, power: 5, whole: 6 } as const;

interface Written {
  readonly text: string;
  readonly level: number;
}

const OPERATORS: Readonly<
  Partial<Record<string, { readonly sign: string; readonly level: keyof typeof LEVELS }>>
> = {
  gt: { sign: ">", level: "comparison" },
  ge: { sign: ">=", level: "comparison" },
  lt: { sign: "<", level: "comparison" },
  le: { sign: "<=", level: "comparison" },
  eq: { sign: "==", level: "comparison" },
  ne: { sign: "!=", level: "comparison" },
  add: { sign: "+", level: "sum" },
  sub: { sign: "-", level: "sum" },
  mul: { sign: "*", level: "product" },
  div: { sign: "/", level: "product" },
  matmul: { sign: "@", level: "product" },
  pow: { sign: "**", level: "power" },
};

const inside = ({ text, level }: Written, least: number): string => (level < least ? `(${text})` : text);

function write(e: Expression<string, string>): Written {
  if (e.kind === "input") return { text: e.name, level: LEVELS.whole };
  if (e.kind === "value") {
    return { text: String(e.value), level: e.value < 0 ? LEVELS.sign : LEVELS.whole };
  }
  const args = e.args.map(write);
  const [a, b] = args;
  if (e.fn === "neg") return { text: `-${inside(a, LEVELS.sign)}`, level: LEVELS.sign };
  const operator = OPERATORS[e.fn];
  if (operator === undefined) {
    return { text: `${e.fn}(${args.map(({ text }) => text).join(", ")})`, level: LEVELS.whole };
  }
  const level = LEVELS[operator.level];
  // A power binds from the right, and its exponent may have a sign; all else binds from the left.
  const [left, right] = e.fn === "pow" ? [LEVELS.whole, LEVELS.sign] : [level, level + 1];
  return { text: `${inside(a, left)} ${operator.sign} ${inside(b, right)}`, level };
}

/** The formula of an expression: `parseFormula`, or `readFormula`, reads the same expression from it. */
export const writeFormula = (e: Expression<string, string>): string => write(e).text;
