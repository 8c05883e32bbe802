import { parse, type Pattern, type Program } from "acorn";
import { transform } from "sucrase";
import { noNames, type Node, type NotebookNames } from "./expression-writer.ts";
import { NoTwinError } from "./no-twin-error.ts";
import { StatementWriter } from "./statement-writer.ts";

/** A cell in Python: each statement under the lines of TypeScript that it stands for. */
export interface PythonCell {
  readonly text: string;
  /** What was left as a comment, in words. */
  readonly problems: readonly string[];
}

/**
 * A code cell in Python with torch. Types are dropped, methods take torch's names (`TENSOR_METHODS`), and a statement
 * without a twin stays as a comment, and so does what reads its names, in later cells too: `names` goes from cell to cell.
 *
 * @throws {SyntaxError} If the cell is no program.
 */
export function pythonCell(source: string, names: NotebookNames = noNames()): PythonCell {
  // Types go, lines stay.
  const { code } = transform(source, {
    transforms: ["typescript"],
    disableESTransforms: true,
    keepUnusedImports: true,
  });
  const program: Program = parse(code, {
    ecmaVersion: "latest",
    sourceType: "module",
    locations: true,
    allowAwaitOutsideFunction: true,
  });
  const lines = source.split("\n");
  const writer = new StatementWriter(namesOf(program.body), names);
  const [parts, problems]: [string[], string[]] = [[], []];
  let from = 0;
  for (const statement of program.body) {
    const to = statement.loc?.end.line ?? from;
    const original = lines.slice(from, to).map((line) => (line.trim() === "" ? "" : `# ${line}`));
    from = to;
    let python: string;
    const given = namesOf([statement]);
    try {
      python = writer.statement(statement, null).join("\n");
      for (const name of given) names.missing.delete(name);
      noteParts(statement, names.parts);
    } catch (error) {
      if (!(error instanceof NoTwinError)) throw error;
      for (const name of given) names.missing.add(name);
      problems.push(`line ${statement.loc?.start.line ?? 0}: ${error.message}`);
      python = `# not in Python: ${error.message}`;
    }
    parts.push([...original, python].join("\n"));
  }
  const rest = lines.slice(from).filter((line) => line.trim() !== "");
  return { text: [...parts, ...rest.map((line) => `# ${line}`)].join("\n\n").trim(), problems };
}

/** Which names are activations and losses of one's own. */
function noteParts(statement: Node, parts: Set<string>): void {
  if (statement.type !== "VariableDeclaration") return;
  for (const { id, init } of statement.declarations) {
    if (id.type !== "Identifier") continue;
    const maker =
      init?.type === "CallExpression" && init.callee.type === "Identifier" ? init.callee.name : "";
    if (maker === "activation" || maker === "lossFunction") parts.add(id.name);
    else parts.delete(id.name);
  }
}

/** Names that the statements themselves give at their top, also by assigning them. */
function namesOf(statements: Program["body"]): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (pattern: Pattern | null): void => {
    if (pattern?.type === "Identifier") names.add(pattern.name);
    else if (pattern?.type === "RestElement") add(pattern.argument);
    else if (pattern?.type === "ArrayPattern") pattern.elements.forEach(add);
    else if (pattern?.type === "ObjectPattern")
      for (const one of pattern.properties) if (one.type === "Property") add(one.value);
  };
  for (const statement of statements) {
    if (statement.type === "VariableDeclaration") for (const { id } of statement.declarations) add(id);
    else if (statement.type === "FunctionDeclaration" || statement.type === "ClassDeclaration")
      add(statement.id);
    else if (statement.type === "ExpressionStatement" && statement.expression.type === "AssignmentExpression")
      add(statement.expression.left);
  }
  return names;
}
