import type { AnyNode, Expression, Program } from "acorn";

/** A call whose result goes on outward, as the value of the function that it stands in. */
export const RETURNED = Symbol("returned");

/** Which variable gets the result of a call, by the call's place "line:column" in the compiled code. */
export type AssignedNames = ReadonlyMap<string, string | typeof RETURNED>;

type Place = (offset: number) => string;

/** "w1", "this.out", "w1.g"; null for what has no plain name. */
function nameOf(target: AnyNode): string | null {
  if (target.type === "Identifier") return target.name;
  if (target.type === "ThisExpression") return "this";
  if (target.type !== "MemberExpression" || target.computed || target.property.type !== "Identifier")
    return null;
  const object = nameOf(target.object);
  return object === null ? null : `${object}.${target.property.name}`;
}

/**
 * Finds the calls whose results are assigned or returned, so that a tensor can be called by its variable.
 *
 * @param place Of an offset in the code that is compiled: "line:column", both from 1.
 */
export function assignedNames(program: Program, code: string, place: Place): AssignedNames {
  const names = new Map<string, string | typeof RETURNED>();
  /** Stack traces say where the parenthesis of a call stands. */
  const note = (value: Expression, name: string | typeof RETURNED): void => {
    const inner = value.type === "ChainExpression" ? value.expression : value;
    if (inner.type === "AssignmentExpression") note(inner.right, name);
    if (inner.type === "ConditionalExpression") {
      note(inner.consequent, name);
      note(inner.alternate, name);
    }
    if (inner.type !== "CallExpression") return;
    const open = code.indexOf("(", inner.callee.end);
    if (open >= 0) names.set(place(open), name);
  };
  const visit = (node: AnyNode): void => {
    if (node.type === "VariableDeclarator" && node.init) {
      const name = nameOf(node.id);
      if (name !== null) note(node.init, name);
    }
    if (node.type === "AssignmentExpression") {
      const name = nameOf(node.left);
      if (name !== null) note(node.right, name);
    }
    if (node.type === "PropertyDefinition" && node.value && node.key.type === "Identifier") {
      note(node.value, node.key.name);
    }
    if (node.type === "ReturnStatement" && node.argument) {
      note(node.argument, RETURNED);
      // A call in tail position is said to be where its statement is.
      names.set(place(node.start), RETURNED);
    }
    if (node.type === "ArrowFunctionExpression" && node.expression) note(node.body as Expression, RETURNED);
    for (const value of Object.values(node) as unknown[]) {
      for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
        if (isNode(child)) visit(child);
      }
    }
  };
  visit(program);
  return names;
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
