import type { Program } from "acorn";
import { analyze, type Scope } from "eslint-scope";

/** An assignment to a constant, by the constant's name and the assignment's place in the code, from 1. */
export interface ConstantAssignment {
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

const allScopes = (scope: Scope): readonly Scope[] => [scope, ...scope.childScopes.flatMap(allScopes)];

/**
 * The first assignment to something that the same text declares with `const`; null if there is none. At the top level
 * the interpreter would let it pass, because a constant may be defined again in a later cell.
 *
 * @param program Parsed with ranges and locations.
 */
export function constantAssignment(program: Program): ConstantAssignment | null {
  // acorn's tree is ESTree's; only the two packages' types differ.
  const { globalScope } = analyze(program as never, { ecmaVersion: 2024, sourceType: "script" });
  if (globalScope === null) return null;
  for (const reference of allScopes(globalScope).flatMap(({ references }) => references)) {
    const { resolved, identifier } = reference;
    const isConstant = resolved?.defs.some(({ parent }) => {
      return parent?.type === "VariableDeclaration" && parent.kind === "const";
    });
    if (!reference.isWrite() || reference.init === true || isConstant !== true) continue;
    const { line = 1, column = 0 } = identifier.loc?.start ?? {};
    return { name: identifier.name, line, column: column + 1 };
  }
  return null;
}
