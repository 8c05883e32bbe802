import ts from "typescript";
import type { LanguageCell } from "./language-protocol.ts";

/** A cell as a module: a hidden first line imports what it uses, a hidden last one exports what it declares. */
export interface CellModule {
  readonly id: string;
  readonly label: string;
  readonly source: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly version: number;
  readonly declares: readonly string[];
  readonly words: ReadonlySet<string>;
}

function boundNames(name: ts.BindingName): readonly string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) =>
    ts.isOmittedExpression(element) ? [] : boundNames(element.name),
  );
}

function declaredBy(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
  }
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement)
  ) {
    return statement.name === undefined ? [] : [statement.name.text];
  }
  return [];
}

/** The names that a text declares at its top level, each once. */
export function declaredNames(source: string): readonly string[] {
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2023);
  return [...new Set(file.statements.flatMap(declaredBy))];
}

const wordsOf = (source: string): ReadonlySet<string> => new Set(source.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu));

export const moduleFile = (id: string): string => `/cells/${id}.ts`;

/** "import { a, b } from ./c4" for all names, by the cell that defines them last above. */
function importsOf(names: Iterable<string>, definedIn: ReadonlyMap<string, string>): string {
  const byCell = new Map<string, string[]>();
  for (const name of names) {
    const cell = definedIn.get(name);
    if (cell !== undefined) byCell.set(cell, [...(byCell.get(cell) ?? []), name]);
  }
  const lines = [...byCell].map(([cell, list]) => `import { ${list.join(", ")} } from "./${cell}";`);
  return lines.length === 0 ? "" : `${lines.join(" ")}\n`;
}

/**
 * The cells as a chain of modules: a name means what the last cell above defines. Modules that stay the same keep
 * their version, so that only what changed is checked again.
 *
 * @param active Sees every name from above, so that those can be suggested which it does not use yet.
 */
export function chainModules(
  cells: readonly LanguageCell[],
  before: ReadonlyMap<string, CellModule>,
  active: string | null,
): ReadonlyMap<string, CellModule> {
  const definedIn = new Map<string, string>();
  const modules = new Map<string, CellModule>();
  for (const { id, source, label } of cells) {
    const old = before.get(id);
    const same = old?.source === source;
    const declares = same ? old.declares : declaredNames(source);
    const words = same ? old.words : wordsOf(source);
    const own = new Set(declares);
    const wanted = id === active ? [...definedIn.keys()] : [...words].filter((word) => definedIn.has(word));
    const prefix = importsOf(
      wanted.filter((name) => !own.has(name)),
      definedIn,
    );
    const suffix = `\nexport { ${declares.join(", ")} };`;
    const unchanged = same && old.prefix === prefix && old.label === label;
    modules.set(
      id,
      unchanged
        ? old
        : { id, label, source, prefix, suffix, declares, words, version: (old?.version ?? 0) + 1 },
    );
    for (const name of declares) definedIn.set(name, id);
  }
  return modules;
}
