import { ContractError } from "../../errors.ts";
import type { Expression } from "../../expression/expression.ts";
import { readFormula, type TakenBy } from "../../expression/parse-formula.ts";
import { BINARY_FUNCTIONS, UNARY_FUNCTIONS, type MapFunction } from "../../ops/generic-op.ts";

/** Most lines of a backward pass, and most characters of one. */
export const MOST_LINES = 100;
export const LONGEST_LINE = 1_000;

/** Functions of whole matrices that a layer's backward may use beside those of elements; `matmul` is written @. */
export type MatrixFunction =
  | "matmul"
  | "t"
  | "permute"
  | "sum"
  | "mean"
  | "amax"
  | "amin"
  | "squeeze"
  | "unsqueeze";
export type BackwardExpression = Expression<MatrixFunction | MapFunction, string>;

/** The last value of a reduction whose axes stay as ones: `sum(a, 1, keepdim)`. */
export const KEEPDIM = "keepdim";
const taken = (
  fn: MatrixFunction,
  least: number,
  most: number,
): [MatrixFunction, TakenBy<MatrixFunction>] => [fn, { fn, least, most }];
/** A tensor, and at most three axes and `keepdim`. */
const MOST_TAKEN = 5;
const FUNCTIONS: ReadonlyMap<string, TakenBy<MatrixFunction>> = new Map([
  taken("matmul", 2, 2),
  taken("t", 1, 1),
  taken("permute", 2, MOST_TAKEN),
  taken("sum", 1, MOST_TAKEN),
  taken("mean", 1, MOST_TAKEN),
  taken("amax", 1, MOST_TAKEN),
  taken("amin", 1, MOST_TAKEN),
  taken("squeeze", 2, 2),
  taken("unsqueeze", 2, 2),
]);

export const isMatrixFunction = (fn: MatrixFunction | MapFunction): fn is MatrixFunction => FUNCTIONS.has(fn);

/** Names that mean something in a formula. */
export const RESERVED: ReadonlySet<string> = new Set([
  ...UNARY_FUNCTIONS,
  ...BINARY_FUNCTIONS,
  "where",
  "max",
  "min",
  ...FUNCTIONS.keys(),
  KEEPDIM,
]);

/** A line "name = formula": formulas know what comes into the layer, and what lines before have named. */
export interface BackwardLine {
  readonly name: string;
  readonly formula: BackwardExpression;
  /** As it is written. */
  readonly text: string;
}

const LINE = /^\s*([A-Za-z]\w*)\s*=(?!=)(.*)$/;

/** "x, dy and w1". */
const listed = (names: readonly string[]): string => names.join(", ").replace(/, ([^,]*)$/, " and $1");

/**
 * Reads the lines of a layer's backward pass.
 *
 * @param given What they may use: x, y, dy, and the parameters by their names.
 * @param wanted The gradients that they must set: dx, dw1, …
 * @throws {ContractError} Saying the line, or what is missing.
 */
export function readLines(
  lines: readonly string[],
  { given, wanted }: { readonly given: readonly string[]; readonly wanted: readonly string[] },
): BackwardLine[] {
  const known = [...given];
  const read = lines.map((text, at): BackwardLine => {
    const fail = (message: string): ContractError =>
      new ContractError(`line ${at + 1}, "${text.slice(0, 80)}": ${message}`);
    const [, name = "", formula = ""] = LINE.exec(text) ?? [];
    if (name === "") throw fail(`expected name = formula, as in ${wanted[0]} = dy @ t(w1)`);
    if (RESERVED.has(name) || known.includes(name)) throw fail(`${name} has a meaning already`);
    try {
      return {
        name,
        text,
        formula: readFormula(formula.trim(), { inputs: [...known, KEEPDIM], functions: FUNCTIONS }),
      };
    } catch (error) {
      throw error instanceof ContractError ? fail(error.message) : error;
    } finally {
      known.push(name);
    }
  });
  const missing = wanted.filter((name) => !read.some((line) => line.name === name));
  if (missing.length === 0) return read;
  throw new ContractError(
    `it does not say ${listed(missing)}; a backward gives the gradients ${listed(wanted)}`,
  );
}
