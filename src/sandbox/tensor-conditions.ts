import type { Expression, Program } from "acorn";
import { simple } from "acorn-walk";

/** Methods of a tensor whose result people take for a yes or no. */
const COMPARISONS: ReadonlySet<string> = new Set(["gt", "ge", "lt", "le", "eq", "ne"]);

/** What is asked whether it is true, of an expression that stands as a condition. */
function asked(condition: Expression): readonly Expression[] {
  if (condition.type === "UnaryExpression" && condition.operator === "!") return asked(condition.argument);
  if (condition.type === "LogicalExpression" && condition.operator !== "??") {
    return [...asked(condition.left), ...asked(condition.right)];
  }
  return [condition];
}

function isComparison(value: Expression): boolean {
  if (value.type !== "CallExpression" || value.callee.type !== "MemberExpression") return false;
  const { computed, property } = value.callee;
  return !computed && property.type === "Identifier" && COMPARISONS.has(property.name);
}

/**
 * The conditions that are the call of a comparison, `z.gt(0)`: where that gives a tensor, JavaScript takes it for true
 * whatever it holds. Whether it gives one shows when it runs; a person's own class may have a `gt` too.
 */
export function comparisonConditions(program: Program): readonly Expression[] {
  const found = new Set<Expression>();
  const note = (condition: Expression): void => {
    for (const one of asked(condition)) if (isComparison(one)) found.add(one);
  };
  simple(program, {
    IfStatement: ({ test }) => note(test),
    ConditionalExpression: ({ test }) => note(test),
    WhileStatement: ({ test }) => note(test),
    DoWhileStatement: ({ test }) => note(test),
    ForStatement: ({ test }) => {
      if (test) note(test);
    },
    UnaryExpression: (node) => {
      if (node.operator === "!") note(node);
    },
    LogicalExpression: ({ operator, left }) => {
      if (operator !== "??") note(left);
    },
  });
  return [...found];
}
