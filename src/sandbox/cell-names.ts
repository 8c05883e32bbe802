import { parse, type Node, type Token } from "acorn";
import { ancestor } from "acorn-walk";
import { analyze, type Reference, type Scope } from "eslint-scope";
import type { CellNames } from "../shared/documents/run-plan.ts";

export interface AnalysedCell {
  readonly names: CellNames;
  /** The code's words, without comments and blanks: equal text is equal code. */
  readonly codeText: string;
}

const ECMA_VERSION = 2024;
const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);
/** Values that hold code of their own, which runs when somebody calls it. */
const HOLDS_CODE = new Set([...FUNCTIONS, "ClassDeclaration", "ClassExpression"]);

interface Declared {
  readonly name: string;
  readonly node: Node;
  readonly holdsCode: boolean;
}

/** What a statement of the top level declares, with the stretch of text that belongs to each name. */
function declaredBy(statement: Node): readonly Declared[] {
  // acorn's nodes carry their fields untyped below the program; eslint-scope has resolved the names already.
  const node = statement as Node & {
    id?: { name: string };
    declarations?: readonly (Node & { id: Node & { name?: string }; init: Node | null })[];
  };
  if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") {
    return [{ name: node.id?.name ?? "", node, holdsCode: true }];
  }
  return (node.declarations ?? []).flatMap((declaration) =>
    declaration.id.name === undefined
      ? []
      : [
          {
            name: declaration.id.name,
            node: declaration,
            holdsCode: declaration.init !== null && HOLDS_CODE.has(declaration.init.type),
          },
        ],
  );
}

const allScopes = (scope: Scope): readonly Scope[] => [scope, ...scope.childScopes.flatMap(allScopes)];

/** Whether a reference stands in code that does not run by itself: a function's body or a field of a class. */
function isDeferred({ from }: Reference): boolean {
  for (let scope: Scope | null = from; scope !== null; scope = scope.upper) {
    if (scope.type === "function" || scope.type === "class-field-initializer") return true;
  }
  return false;
}

const inside = (outer: Node, inner: { start: number; end: number }): boolean =>
  outer.start <= inner.start && inner.end <= outer.end;

/**
 * The names that a cell defines, uses and changes, found in its JavaScript without running it.
 *
 * @throws {SyntaxError} If the code cannot be parsed; with `pos` and `loc` of acorn.
 */
export function analyseCell(javascript: string): AnalysedCell {
  const tokens: Token[] = [];
  const program = parse(javascript, {
    ecmaVersion: ECMA_VERSION,
    // eslint-scope asks every node for its range.
    ranges: true,
    onToken: tokens,
  });
  // acorn's tree is ESTree's; only the two packages' types differ.
  const manager = analyze(program as never, { ecmaVersion: ECMA_VERSION, sourceType: "script" });
  const root = manager.globalScope;
  if (root === null) throw new Error("analyseCell: eslint-scope gave no global scope");

  const declared = program.body.flatMap(declaredBy);
  const defines = new Set(root.variables.map(({ name }) => name));
  const uses = new Set<string>();
  const deferred = new Map<string, Set<string>>();
  const globals = new Map<number, string>();
  const later = (owner: string, name: string): void => {
    deferred.set(owner, (deferred.get(owner) ?? new Set()).add(name));
  };
  for (const reference of allScopes(root).flatMap((scope) => scope.references)) {
    if (reference.resolved !== null && reference.resolved.scope !== root) continue;
    const identifier = reference.identifier as unknown as Node & { name: string };
    const { name } = identifier;
    globals.set(identifier.start, name);
    const owner = declared.find(({ node, holdsCode }) => holdsCode && inside(node, identifier));
    if (owner !== undefined && isDeferred(reference)) {
      if (name !== owner.name) later(owner.name, name);
      continue;
    }
    if (reference.isRead()) uses.add(name);
    if (reference.isWrite()) defines.add(name);
  }
  const changes = new Set<string>();
  const objects = new Set<string>();
  findChanges(program, globals, { declared, changes, objects, uses, later });
  const own = new Set(root.variables.map(({ name }) => name));
  return {
    names: {
      defines: [...defines],
      uses: [...withOwnFunctions(uses, deferred)].filter((name) => !own.has(name)),
      deferred: Object.fromEntries([...deferred].map(([name, names]) => [name, [...names]])),
      changes: [...changes],
      objects: [...objects],
    },
    codeText: tokens.map(({ start, end }) => javascript.slice(start, end)).join(" "),
  };
}

/** The names that are used at once, with those that the functions among them use. */
function withOwnFunctions(
  uses: ReadonlySet<string>,
  deferred: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<string> {
  const all = new Set(uses);
  // A set's loop also visits what is added while it runs.
  for (const name of all) for (const inner of deferred.get(name) ?? []) all.add(inner);
  return all;
}

interface Findings {
  readonly declared: readonly Declared[];
  readonly changes: Set<string>;
  readonly objects: Set<string>;
  readonly uses: Set<string>;
  readonly later: (owner: string, name: string) => void;
}

/** `w.g = …`, `w.add_(…)`, `init(w)_`, reads of `w.g`, and objects that carry a class of the cells. */
function findChanges(
  program: Node,
  globals: ReadonlyMap<number, string>,
  { declared, changes, objects, uses, later }: Findings,
): void {
  const nameOf = (node: Node): string | null =>
    node.type === "Identifier" ? (globals.get(node.start) ?? null) : null;
  const runsAtOnce = (ancestors: readonly Node[], node: Node): boolean => {
    const owned = declared.some((one) => one.holdsCode && inside(one.node, node));
    return !owned || !ancestors.some(({ type }) => FUNCTIONS.has(type));
  };
  ancestor(program, {
    MemberExpression(node, _state, ancestors) {
      const { object, property, computed } = node;
      const name = nameOf(object);
      if (name === null || computed || property.type !== "Identifier") return;
      if (!runsAtOnce(ancestors, node)) return;
      const parent = ancestors.at(-2);
      if (property.name === "g") {
        const assigned = parent?.type === "AssignmentExpression" && Reflect.get(parent, "left") === node;
        if (assigned) changes.add(`${name}.g`);
        if (!assigned || Reflect.get(parent, "operator") !== "=") uses.add(`${name}.g`);
      } else if (property.name.endsWith("_") && parent?.type === "CallExpression") changes.add(name);
    },
    CallExpression(node, _state, ancestors) {
      const { callee } = node;
      const inPlace =
        callee.type === "MemberExpression" &&
        callee.property.type === "Identifier" &&
        callee.property.name.endsWith("_");
      if (!inPlace || !runsAtOnce(ancestors, node)) return;
      // torch's initialisers change their first argument: nn.init.kaimingNormal_(w).
      const [target] = node.arguments;
      const name = target === undefined || !isInit(callee.object) ? null : nameOf(target);
      if (name !== null) changes.add(name);
    },
    NewExpression(node) {
      const name = nameOf(node.callee);
      const owner = declared.find((one) => !one.holdsCode && inside(one.node, node));
      if (owner === undefined) return;
      objects.add(owner.name);
      if (name !== null) later(owner.name, name);
    },
  });
}

/** `nn.init`, or whatever else ends in `.init`. */
const isInit = (node: Node): boolean => {
  const property: unknown = node.type === "MemberExpression" ? Reflect.get(node, "property") : null;
  return typeof property === "object" && property !== null && Reflect.get(property, "name") === "init";
};
