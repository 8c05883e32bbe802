import ts from "typescript";
import type { LanguageCell } from "./language-protocol.ts";

/** The module of what only a check can say. */
export const CHECK_WORDS_ID = "lab.check";

/** A cell as a module: a hidden first line imports what it uses, a hidden last one exports what it declares. */
export interface CellModule {
  readonly id: string;
  readonly label: string;
  readonly source: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly version: number;
  readonly declares: readonly string[];
  /** Cells above that it imports from. */
  readonly uses: readonly string[];
  readonly words: ReadonlySet<string>;
  /** Whether it is a check or a solution. */
  readonly isPart: boolean;
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

/** The names by the cell that defines them last above. */
function byDefiner(
  names: Iterable<string>,
  definedIn: ReadonlyMap<string, string>,
): ReadonlyMap<string, readonly string[]> {
  const byCell = new Map<string, string[]>();
  for (const name of names) {
    const cell = definedIn.get(name);
    if (cell !== undefined) byCell.set(cell, [...(byCell.get(cell) ?? []), name]);
  }
  return byCell;
}

const withWords = (
  definedIn: ReadonlyMap<string, string>,
  words: ReadonlySet<string>,
): ReadonlyMap<string, string> =>
  new Map([...definedIn, ...[...words].map((word) => [word, CHECK_WORDS_ID] as const)]);

/** "import { a, b } from ./c4" in one line. */
function importLine(byCell: ReadonlyMap<string, readonly string[]>): string {
  const lines = [...byCell].map(([cell, list]) => `import { ${list.join(", ")} } from "./${cell}";`);
  return lines.length === 0 ? "" : `${lines.join(" ")}\n`;
}

/**
 * The cells as a chain of modules: a name means what the last cell above defines. Modules that stay the same keep
 * their version, so that only what changed is checked again.
 *
 * @param active Sees every name from above, so that those can be suggested which it does not use yet; so do its parts.
 * @param checkWords Names that mean the same in every check, whatever the cells define.
 */
export function chainModules(
  cells: readonly LanguageCell[],
  before: ReadonlyMap<string, CellModule>,
  active: string | null,
  checkWords: ReadonlySet<string>,
): ReadonlyMap<string, CellModule> {
  const definedIn = new Map<string, string>();
  const modules = new Map<string, CellModule>();
  for (const { id, source, label, part } of cells) {
    const old = before.get(id);
    const same = old?.source === source;
    const declares = same ? old.declares : declaredNames(source);
    const words = same ? old.words : wordsOf(source);
    const own = new Set(declares);
    const seen = part?.kind === "check" ? withWords(definedIn, checkWords) : definedIn;
    const wanted =
      (part?.of ?? id) === active ? [...seen.keys()] : [...words].filter((word) => seen.has(word));
    const imported = byDefiner(
      wanted.filter((name) => !own.has(name)),
      seen,
    );
    const prefix = importLine(imported);
    const suffix = `\nexport { ${declares.join(", ")} };`;
    const unchanged = same && old.prefix === prefix && old.label === label;
    modules.set(
      id,
      unchanged
        ? old
        : {
            id,
            label,
            source,
            prefix,
            suffix,
            declares,
            uses: [...imported.keys()],
            words,
            isPart: part !== undefined,
            version: (old?.version ?? 0) + 1,
          },
    );
    if (part === undefined) for (const name of declares) definedIn.set(name, id);
  }
  return modules;
}

/**
 * The cells whose problems may differ between two chains: those that changed, those that follow from one, and those
 * that speak of a name which is now defined elsewhere. All of them where cells came, went, moved or were renamed.
 */
export function affectedCells(
  before: ReadonlyMap<string, CellModule>,
  after: ReadonlyMap<string, CellModule>,
): readonly string[] {
  const ids = [...after.keys()];
  const old = [...before.values()];
  const moved =
    ids.length !== old.length ||
    [...after.values()].some(({ id, label }, at) => old[at]?.id !== id || old[at].label !== label);
  if (moved) return ids;
  const movedNames = new Set<string>();
  for (const { id, declares } of after.values()) {
    const declaredBefore = before.get(id)?.declares ?? [];
    if (declares === declaredBefore) continue;
    for (const name of declares) if (!declaredBefore.includes(name)) movedNames.add(name);
    for (const name of declaredBefore) if (!declares.includes(name)) movedNames.add(name);
  }
  const affected = new Set<string>();
  for (const { id, version, uses, words } of after.values()) {
    const follows =
      uses.some((cell) => affected.has(cell)) || [...movedNames].some((name) => words.has(name));
    if (follows || before.get(id)?.version !== version) affected.add(id);
  }
  return [...affected];
}
