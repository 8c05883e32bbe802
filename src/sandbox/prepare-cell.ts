import { parse, type AnyNode, type Pattern, type Program } from "acorn";
import { messageOf } from "../core/thrown.ts";
import { transform } from "sucrase";
import { constantAssignment } from "./constant-assignments.ts";
import { assignedNames, type AssignedNames } from "./assigned-names.ts";
import { PositionMap, type LineEdit, type Position } from "./position-map.ts";
import { comparisonConditions } from "./tensor-conditions.ts";

/** The language's function that lets anything pass but a tensor; no person's name is like it. */
const CONDITION = "backpropLabCondition";
/** And the one that sees to it that no promise of a statement fails unseen. */
const FOLLOWED = "backpropLabFollowed";

/** The text of a cell is no program. The message has no place; line and column do, from 1. */
export class CellSyntaxError extends Error {
  override readonly name = "SyntaxError";
  readonly line: number;
  readonly column: number | null;

  constructor(message: string, line: number, column: number | null) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

/** TypeScript without its types; every line stands where it stood. */
export interface StrippedCell {
  readonly javascript: string;
  /** Source-map mappings from the JavaScript to the TypeScript. */
  readonly mappings: string;
}

/** A cell that can be compiled, again and again. */
export interface PreparedCell {
  readonly code: string;
  readonly positions: PositionMap;
  readonly names: AssignedNames;
  /** Names that it defines for the cells after it. */
  readonly defines: readonly string[];
  /** Where its last statement begins if that is an expression whose value is shown; else null. */
  readonly shownAt: Position | null;
}

/** @throws {CellSyntaxError} */
export function stripTypes(source: string): StrippedCell {
  try {
    const { code, sourceMap } = transform(source, {
      transforms: ["typescript"],
      disableESTransforms: true,
      // So that an import that only types would use is told of too.
      keepUnusedImports: true,
      filePath: "cell",
      sourceMapOptions: { compiledFilename: "cell" },
    });
    return { javascript: code, mappings: sourceMap?.mappings ?? "" };
  } catch (error) {
    throw placed(error);
  }
}

/** Sucrase and acorn put the place at the message's end: "Unexpected token (3:5)". */
function placed(error: unknown, positions?: PositionMap): CellSyntaxError {
  const text = messageOf(error);
  const found = /^(?:Error transforming cell: )?(.*?) ?\((\d+):(\d+)\)$/s.exec(text);
  if (found === null) return new CellSyntaxError(text, 1, null);
  const fromSucrase = positions === undefined;
  const at: Position = { line: Number(found[2]), column: Number(found[3]) + (fromSucrase ? 0 : 1) };
  const { line, column } = positions?.toSource(at) ?? at;
  return new CellSyntaxError(found[1] ?? text, line, column);
}

function parsed(javascript: string, positions: PositionMap): Program {
  try {
    return parse(javascript, { ecmaVersion: "latest", sourceType: "script", locations: true, ranges: true });
  } catch (error) {
    if (/^'(import|export)' and|^Cannot use 'import/.test(messageOf(error))) {
      const at = placed(error, positions);
      throw new CellSyntaxError(
        "cells import and export nothing: what a cell defines, the cells after it can use",
        at.line,
        at.column,
      );
    }
    throw placed(error, positions);
  }
}

/** @throws {CellSyntaxError} In TypeScript's words. */
function refuseConstantAssignment(program: Program, positions: PositionMap): void {
  const found = constantAssignment(program);
  if (found === null) return;
  const { line, column } = positions.toSource(found);
  throw new CellSyntaxError(
    `Cannot assign to '${found.name}' because it is a constant; declare it with let`,
    line,
    column,
  );
}

/** Names that a declaration's pattern binds. */
function boundNames(pattern: Pattern): string[] {
  if (pattern.type === "Identifier") return [pattern.name];
  if (pattern.type === "AssignmentPattern") return boundNames(pattern.left);
  if (pattern.type === "RestElement") return boundNames(pattern.argument);
  if (pattern.type === "ArrayPattern") {
    return pattern.elements.flatMap((part) => (part === null ? [] : boundNames(part)));
  }
  if (pattern.type !== "ObjectPattern") return [];
  return pattern.properties.flatMap((part) => boundNames(part.type === "RestElement" ? part : part.value));
}

/** Whether a statement's value is worth showing: an expression, but no assignment. */
function isShown(statement: AnyNode | undefined): boolean {
  if (statement?.type !== "ExpressionStatement" || "directive" in statement) return false;
  return !["AssignmentExpression", "UpdateExpression"].includes(statement.expression.type);
}

/** Expressions whose value can be a promise that the cell itself has made. */
const CALLS: ReadonlySet<AnyNode["type"]> = new Set(["CallExpression", "ChainExpression", "NewExpression"]);

/** What must change so that a cell's names are globals that the cell may define again, and the names; conditions and calls too. */
function globalised(program: Program, javascript: string): { edits: LineEdit[]; defines: string[] } {
  const edits: LineEdit[] = [];
  const defines: string[] = [];
  const edit = (node: AnyNode, atEnd: boolean, length: number, text: string): void => {
    const at = atEnd ? node.loc?.end : node.loc?.start;
    if (at) edits.push({ line: at.line - 1, column: at.column, length, text });
  };
  const last = program.body.at(-1);
  for (const statement of program.body) {
    if (statement.type === "VariableDeclaration") {
      defines.push(...statement.declarations.flatMap(({ id }) => boundNames(id)));
      if (statement.kind === "var") continue;
      // As wide as before, so that columns stay.
      edit(statement, false, statement.kind.length, "var".padEnd(statement.kind.length));
      for (const { init, id } of statement.declarations) {
        // A `let` without a value begins as undefined, also when the cell runs again.
        if (!init && javascript[id.end] !== undefined) edit(id, true, 0, "=undefined");
      }
    }
    if (
      statement.type === "ExpressionStatement" &&
      (CALLS.has(statement.expression.type) || (statement === last && isShown(statement)))
    ) {
      edit(statement.expression, false, 0, `${FOLLOWED}(`);
      edit(statement.expression, true, 0, ")");
    }
    if (statement.type === "FunctionDeclaration") defines.push(statement.id.name);
    if (statement.type === "ClassDeclaration") {
      defines.push(statement.id.name);
      edit(statement, false, 0, `var ${statement.id.name} = `);
      edit(statement, true, 0, ";");
    }
  }
  for (const condition of comparisonConditions(program)) {
    edit(condition, false, 0, `${CONDITION}(`);
    edit(condition, true, 0, ")");
  }
  return { edits, defines: [...new Set(defines)] };
}

function edited(javascript: string, edits: readonly LineEdit[]): string {
  const lines = javascript.split("\n");
  for (const { line, column, length, text } of edits.toReversed().sort((a, b) => b.column - a.column)) {
    const before = lines[line] ?? "";
    lines[line] = before.slice(0, column) + text + before.slice(column + length);
  }
  return lines.join("\n");
}

/** "line:column" of offsets in a text, both from 1. */
function placesOf(code: string): (offset: number) => string {
  const starts = [0];
  for (let at = code.indexOf("\n"); at >= 0; at = code.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? Infinity) <= offset) low = middle;
      else high = middle - 1;
    }
    return `${low + 1}:${offset - (starts[low] ?? 0) + 1}`;
  };
}

/**
 * Makes a cell's TypeScript a script: types go, and what it declares at the top becomes a global that a later run may
 * declare again.
 *
 * @throws {CellSyntaxError}
 */
export function prepareCell(source: string): PreparedCell {
  // Line ends of Windows are one character to a person, two to a parser.
  const { javascript, mappings } = stripTypes(source.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n"));
  const program = parsed(javascript, new PositionMap(mappings, []));
  refuseConstantAssignment(program, new PositionMap(mappings, []));
  const { edits, defines } = globalised(program, javascript);
  const code = edited(javascript, edits);
  const positions = new PositionMap(mappings, edits);
  const names =
    edits.length === 0
      ? assignedNames(program, javascript, placesOf(javascript))
      : assignedNames(parsed(code, positions), code, placesOf(code));
  const last = program.body.at(-1);
  const begin = isShown(last) ? last?.loc?.start : undefined;
  const shownAt =
    begin === undefined
      ? null
      : new PositionMap(mappings, []).toSource({ line: begin.line, column: begin.column + 1 });
  return { code, positions, names, defines, shownAt };
}
