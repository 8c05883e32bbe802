import { parse, type AnyNode, type Expression, type Pattern, type Program } from "acorn";
import { transform } from "sucrase";
import { DOTTED, FUNCTIONS, OPTION_NAMES, PROPERTIES, TAKEN, TENSOR_METHODS } from "./torch-names.ts";

/** What has no twin in Python, and where. */
export class NoTwinError extends Error {
  override readonly name = "NoTwinError";
}

/** A cell in Python: each statement under the lines of TypeScript that it stands for. */
export interface PythonCell {
  readonly text: string;
  /** What was left as a comment, in words. */
  readonly problems: readonly string[];
}

type Node = AnyNode;
type Argument = Expression | { readonly type: "SpreadElement"; readonly argument: Expression };

/**
 * A code cell in Python with torch. Types are dropped, methods take torch's names (`TENSOR_METHODS`), and a statement
 * without a twin stays as a comment.
 *
 * @throws {SyntaxError} If the cell is no program.
 */
export function pythonCell(source: string): PythonCell {
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
  const writer = new CellWriter(namesOf(program));
  const [parts, problems]: [string[], string[]] = [[], []];
  let from = 0;
  for (const statement of program.body) {
    const to = statement.loc?.end.line ?? from;
    const original = lines.slice(from, to).map((line) => (line.trim() === "" ? "" : `# ${line}`));
    from = to;
    let python: string;
    try {
      python = writer.statement(statement, null).join("\n");
    } catch (error) {
      if (!(error instanceof NoTwinError)) throw error;
      problems.push(`line ${statement.loc?.start.line ?? 0}: ${error.message}`);
      python = `# not in Python: ${error.message}`;
    }
    parts.push([...original, python].join("\n"));
  }
  const rest = lines.slice(from).filter((line) => line.trim() !== "");
  return { text: [...parts, ...rest.map((line) => `# ${line}`)].join("\n\n").trim(), problems };
}

/** Names that the program itself gives at its top. */
function namesOf(program: Program): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (pattern: Pattern | null): void => {
    if (pattern?.type === "Identifier") names.add(pattern.name);
    else if (pattern?.type === "ArrayPattern") pattern.elements.forEach(add);
    else if (pattern?.type === "ObjectPattern")
      for (const one of pattern.properties) if (one.type === "Property") add(one.value);
  };
  for (const statement of program.body) {
    if (statement.type === "VariableDeclaration") for (const { id } of statement.declarations) add(id);
    else if (statement.type === "FunctionDeclaration" || statement.type === "ClassDeclaration")
      add(statement.id);
  }
  return names;
}

/** What a function declares itself, so that what it assigns beside is somebody else's. */
interface Scope {
  readonly own: Set<string>;
  readonly outer: Scope | null;
  readonly foreign: Set<string>;
  /** Names that stand for a part of a parameter: Python takes no objects apart. */
  readonly parts?: Map<string, string>;
}

const indent = (lines: readonly string[]): string[] =>
  lines.map((line) => (line === "" ? "" : `    ${line}`));

class CellWriter {
  readonly #top: ReadonlySet<string>;
  /** Functions that Python cannot write within an expression, before the statement that needs them. */
  #hoisted: string[] = [];
  #functions = 0;
  #module = false;

  constructor(top: ReadonlySet<string>) {
    this.#top = top;
  }

  statement(node: Node, scope: Scope | null): string[] {
    const before = this.#hoisted;
    this.#hoisted = [];
    const lines = this.#statement(node, scope);
    const all = [...this.#hoisted, ...lines];
    this.#hoisted = before;
    return all;
  }

  #statement(node: Node, scope: Scope | null): string[] {
    switch (node.type) {
      case "VariableDeclaration":
        return node.declarations.flatMap(({ id, init }) => {
          this.#declare(id, scope);
          if (init === null || init === undefined)
            return id.type === "Identifier" ? [`${this.#name(id.name)} = None`] : [];
          if (id.type === "Identifier" && init.type === "ArrowFunctionExpression")
            return this.#arrow(this.#name(id.name), init, scope);
          return this.#assign(id, init, scope);
        });
      case "FunctionDeclaration":
        return this.#function(this.#name(node.id?.name ?? "f"), node.params, node.body.body, scope);
      case "ClassDeclaration":
        return this.#class(node, scope);
      case "ReturnStatement":
        return [
          node.argument === null || node.argument === undefined
            ? "return"
            : `return ${this.#expression(node.argument, scope)}`,
        ];
      case "IfStatement": {
        const otherwise =
          node.alternate === null || node.alternate === undefined
            ? []
            : ["else:", ...this.#block(node.alternate, scope)];
        return [
          `if ${this.#expression(node.test, scope)}:`,
          ...this.#block(node.consequent, scope),
          ...otherwise,
        ];
      }
      case "WhileStatement":
        return [`while ${this.#expression(node.test, scope)}:`, ...this.#block(node.body, scope)];
      case "ForOfStatement": {
        const { left } = node;
        const pattern = left.type === "VariableDeclaration" ? left.declarations[0]?.id : left;
        if (pattern === undefined) throw new NoTwinError("a loop over nothing");
        this.#declare(pattern, scope);
        return [
          `for ${this.#pattern(pattern)} in ${this.#expression(node.right, scope)}:`,
          ...this.#block(node.body, scope),
        ];
      }
      case "ForStatement":
        return this.#counting(node, scope);
      case "BlockStatement":
        return node.body.flatMap((one) => this.statement(one, scope));
      case "EmptyStatement":
        return [];
      case "BreakStatement":
        return ["break"];
      case "ContinueStatement":
        return ["continue"];
      case "ThrowStatement":
        return [
          `raise RuntimeError(${node.argument.type === "NewExpression" ? this.#arguments(node.argument.arguments, scope).join(", ") : this.#expression(node.argument, scope)})`,
        ];
      case "ExpressionStatement":
        return this.#bare(node.expression, scope);
      default:
        throw new NoTwinError(`${node.type} has no twin in Python`);
    }
  }

  #block(node: Node, scope: Scope | null): string[] {
    const lines =
      node.type === "BlockStatement"
        ? node.body.flatMap((one) => this.statement(one, scope))
        : this.statement(node, scope);
    return indent(lines.length === 0 ? ["pass"] : lines);
  }

  /** for (let i = a; i < b; i += c) */
  #counting(node: Extract<Node, { type: "ForStatement" }>, scope: Scope | null): string[] {
    const { init, test, update } = node;
    const declared = init?.type === "VariableDeclaration" ? init.declarations : [];
    const [first, ...more] = declared;
    const step =
      update?.type === "UpdateExpression" && update.operator === "++"
        ? "1"
        : update?.type === "AssignmentExpression" && update.operator === "+="
          ? this.#expression(update.right, scope)
          : null;
    if (
      first?.id.type !== "Identifier" ||
      more.length > 0 ||
      test?.type !== "BinaryExpression" ||
      step === null ||
      !["<", "<="].includes(test.operator)
    ) {
      throw new NoTwinError("a loop that does not count upwards");
    }
    this.#declare(first.id, scope);
    const from = first.init === null || first.init === undefined ? "0" : this.#expression(first.init, scope);
    const end = this.#expression(test.right, scope);
    const to = test.operator === "<" ? end : `${end} + 1`;
    const given = step === "1" ? (from === "0" ? to : `${from}, ${to}`) : `${from}, ${to}, ${step}`;
    return [`for ${this.#name(first.id.name)} in range(${given}):`, ...this.#block(node.body, scope)];
  }

  /** An expression that stands alone. */
  #bare(node: Expression, scope: Scope | null): string[] {
    if (node.type === "AssignmentExpression") {
      this.#assigned(node.left, scope);
      const { operator, left, right } = node;
      if (operator === "=" && left.type !== "MemberExpression") return this.#assign(left, right, scope);
      const target = left.type === "MemberExpression" ? this.#expression(left, scope) : this.#pattern(left);
      if (operator === "=") return [`${target} = ${this.#value(left, right, scope)}`];
      return [`${target} ${operator} ${this.#expression(right, scope)}`];
    }
    if (node.type === "UpdateExpression") {
      if (node.argument.type === "Identifier") this.#assigned(node.argument, scope);
      return [`${this.#expression(node.argument, scope)} ${node.operator === "++" ? "+=" : "-="} 1`];
    }
    if (node.type === "CallExpression" && node.callee.type === "Identifier") {
      const [first, second] = node.arguments;
      if (node.callee.name === "assert" && first !== undefined && first.type !== "SpreadElement") {
        const message =
          second === undefined || second.type === "SpreadElement"
            ? ""
            : `, ${this.#expression(second, scope)}`;
        return [`assert ${this.#expression(first, scope)}${message}`];
      }
      if (
        node.callee.name === "noGrad" &&
        first?.type === "ArrowFunctionExpression" &&
        first.body.type === "BlockStatement"
      ) {
        return ["with torch.no_grad():", ...this.#block(first.body, scope)];
      }
    }
    return [this.#expression(node, scope)];
  }

  #assign(target: Pattern, value: Expression, scope: Scope | null): string[] {
    if (target.type === "ObjectPattern") {
      const from = this.#expression(value, scope);
      return target.properties.map((one) => {
        if (one.type !== "Property" || one.key.type !== "Identifier" || one.value.type !== "Identifier")
          throw new NoTwinError("taking an object apart so");
        return `${this.#name(one.value.name)} = ${from}.${one.key.name}`;
      });
    }
    return [`${this.#pattern(target)} = ${this.#value(target, value, scope)}`];
  }

  /** What is assigned; a chain stays one, a list of torch's modules is known to torch. */
  #value(target: Pattern, value: Expression, scope: Scope | null): string {
    if (value.type === "AssignmentExpression" && value.operator === "=") {
      this.#assigned(value.left, scope);
      const inner =
        value.left.type === "MemberExpression"
          ? this.#expression(value.left, scope)
          : this.#pattern(value.left);
      return `${inner} = ${this.#value(value.left, value.right, scope)}`;
    }
    const text = this.#expression(value, scope);
    const ofThis = target.type === "MemberExpression" && target.object.type === "ThisExpression";
    return ofThis && this.#module && value.type === "ArrayExpression" ? `nn.ModuleList(${text})` : text;
  }

  #pattern(pattern: Pattern): string {
    if (pattern.type === "Identifier") return this.#name(pattern.name);
    if (pattern.type === "ArrayPattern")
      return pattern.elements.map((one) => (one === null ? "_" : this.#pattern(one))).join(", ");
    if (pattern.type === "MemberExpression") return this.#expression(pattern, null);
    throw new NoTwinError("taking a value apart so");
  }

  #declare(pattern: Pattern, scope: Scope | null): void {
    if (scope === null) return;
    if (pattern.type === "Identifier") scope.own.add(pattern.name);
    else if (pattern.type === "ArrayPattern")
      for (const one of pattern.elements) if (one !== null) this.#declare(one, scope);
  }

  /** A name that a function assigns and does not declare is one of outside. */
  #assigned(target: Pattern, scope: Scope | null): void {
    if (scope === null || target.type !== "Identifier" || scope.own.has(target.name)) return;
    scope.foreign.add(target.name);
  }

  #function(
    name: string,
    params: readonly Pattern[],
    body: readonly Node[],
    outer: Scope | null,
    first: readonly string[] = [],
  ): string[] {
    const scope: Scope = { own: new Set(), outer, foreign: new Set(), parts: new Map() };
    const given = params.map((param) => this.#parameter(param, scope));
    const lines = body.flatMap((one) => this.statement(one, scope));
    const outside = [...scope.foreign].map((one) => {
      for (let around = outer; around !== null; around = around.outer)
        if (around.own.has(one)) return `nonlocal ${this.#name(one)}`;
      return `global ${this.#name(one)}`;
    });
    const all = [...outside, ...lines];
    return [`def ${name}(${[...first, ...given].join(", ")}):`, ...indent(all.length === 0 ? ["pass"] : all)];
  }

  #parameter(param: Pattern, scope: Scope): string {
    if (param.type === "Identifier") {
      scope.own.add(param.name);
      return this.#name(param.name);
    }
    if (param.type === "RestElement" && param.argument.type === "Identifier") {
      scope.own.add(param.argument.name);
      return `*${this.#name(param.argument.name)}`;
    }
    if (param.type === "AssignmentPattern" && param.left.type === "Identifier") {
      scope.own.add(param.left.name);
      return `${this.#name(param.left.name)}=${this.#expression(param.right, scope)}`;
    }
    if (param.type === "ObjectPattern" && scope.parts !== undefined) {
      const whole = `_p${++this.#functions}`;
      for (const one of param.properties) {
        if (one.type !== "Property" || one.key.type !== "Identifier" || one.value.type !== "Identifier") throw new NoTwinError("a parameter so taken apart");
        scope.parts.set(one.value.name, `${whole}.${one.key.name}`);
      }
      return whole;
    }
    throw new NoTwinError("a parameter that is taken apart");
  }

  /** An arrow function under a name. */
  #arrow(
    name: string,
    node: Extract<Expression, { type: "ArrowFunctionExpression" }>,
    scope: Scope | null,
  ): string[] {
    const { body } = node;
    if (body.type === "BlockStatement") return this.#function(name, node.params, body.body, scope);
    return this.#function(name, node.params, [returned(body)], scope);
  }

  #class(node: Extract<Node, { type: "ClassDeclaration" }>, scope: Scope | null): string[] {
    const above =
      node.superClass === null || node.superClass === undefined
        ? ""
        : this.#expression(node.superClass, scope);
    const before = this.#module;
    this.#module = above === "nn.Module";
    const own: Scope = { own: new Set(["self"]), outer: scope, foreign: new Set(), parts: new Map() };
    const fields = node.body.body.flatMap((part) =>
      part.type === "PropertyDefinition" &&
      part.value !== null &&
      part.value !== undefined &&
      part.key.type === "Identifier"
        ? [
            `self.${part.key.name} = ${this.#module && part.value.type === "ArrayExpression" ? `nn.ModuleList(${this.#expression(part.value, own)})` : this.#expression(part.value, own)}`,
          ]
        : [],
    );
    const methods = node.body.body.flatMap((part): string[] => {
      if (part.type !== "MethodDefinition" || part.kind === "constructor") return [];
      if (part.key.type !== "Identifier" || part.kind !== "method")
        throw new NoTwinError("a method of that kind");
      return ["", ...this.#function(part.key.name, part.value.params, part.value.body.body, scope, ["self"])];
    });
    const made = node.body.body.find(
      (part) => part.type === "MethodDefinition" && part.kind === "constructor",
    );
    const start = this.#initialiser(
      made?.type === "MethodDefinition" ? made : null,
      fields,
      above !== "",
      scope,
    );
    this.#module = before;
    const body = [...start, ...methods];
    while (body[0] === "") body.shift();
    return [
      `class ${this.#name(node.id?.name ?? "C")}${above === "" ? "" : `(${above})`}:`,
      ...indent(body.length === 0 ? ["pass"] : body),
    ];
  }

  #initialiser(
    node: Extract<Node, { type: "MethodDefinition" }> | null,
    fields: readonly string[],
    derived: boolean,
    scope: Scope | null,
  ): string[] {
    if (node === null) {
      if (fields.length === 0) return [];
      return [
        "def __init__(self, *args):",
        ...indent([...(derived ? ["super().__init__(*args)"] : []), ...fields]),
      ];
    }
    const lines = this.#function("__init__", node.value.params, node.value.body.body, scope, ["self"]);
    const at = lines.findIndex((line) => line.trim().startsWith("super().__init__("));
    lines.splice(at < 0 ? 1 : at + 1, 0, ...indent(fields));
    return lines.length > 2 ? lines.filter((line, i) => i === 0 || line.trim() !== "pass") : lines;
  }

  #expression(node: Argument | Node, scope: Scope | null): string {
    switch (node.type) {
      case "Literal":
        return literal(node.value, node.raw ?? "");
      case "Identifier":
        for (let around = scope; around !== null; around = around.outer) {
          const part = around.parts?.get(node.name);
          if (part !== undefined) return part;
        }
        return Object.hasOwn(DOTTED, node.name) && !this.#top.has(node.name)
          ? (DOTTED[node.name] ?? "")
          : this.#name(node.name);
      case "ThisExpression":
        return "self";
      case "SpreadElement":
        return `*${this.#expression(node.argument, scope)}`;
      case "ArrayExpression":
        return this.#list(node, scope);
      case "ObjectExpression":
        return `{${Object.entries(this.#options(node, scope))
          .map(([key, value]) => `${JSON.stringify(key)}: ${value}`)
          .join(", ")}}`;
      case "TemplateLiteral":
        return (
          node.quasis
            .flatMap(({ value }, i) => {
              const hole = node.expressions[i];
              const text = value.cooked ?? "";
              return [
                ...(text === "" ? [] : [JSON.stringify(text)]),
                ...(hole === undefined ? [] : [`str(${this.#expression(hole, scope)})`]),
              ];
            })
            .join(" + ") || '""'
        );
      case "UnaryExpression":
        if (node.operator === "!") return `not ${this.#within(node.argument, scope)}`;
        if (node.operator === "-" || node.operator === "+" || node.operator === "~")
          return `${node.operator}${this.#within(node.argument, scope)}`;
        throw new NoTwinError(`the operator ${node.operator}`);
      case "BinaryExpression":
      case "LogicalExpression": {
        const operator = OPERATORS[node.operator] ?? node.operator;
        if (node.left.type === "PrivateIdentifier") throw new NoTwinError("a private name");
        return `${this.#within(node.left, scope)} ${operator} ${this.#within(node.right, scope)}`;
      }
      case "ConditionalExpression":
        return `${this.#within(node.consequent, scope)} if ${this.#within(node.test, scope)} else ${this.#within(node.alternate, scope)}`;
      case "ParenthesizedExpression":
        return this.#expression(node.expression, scope);
      case "MemberExpression":
        return this.#member(node, scope);
      case "CallExpression":
        return this.#call(node, scope);
      case "NewExpression":
        return this.#new(node, scope);
      case "ArrowFunctionExpression":
        return this.#lambda(node, scope);
      default:
        throw new NoTwinError(`${node.type} has no twin in Python`);
    }
  }

  /** In brackets where it is made of parts. */
  #within(node: Expression, scope: Scope | null): string {
    const text = this.#expression(node, scope);
    const parts = [
      "BinaryExpression",
      "LogicalExpression",
      "ConditionalExpression",
      "ArrowFunctionExpression",
      "UnaryExpression",
    ];
    return parts.includes(node.type) ? `(${text})` : text;
  }

  #list(node: Extract<Expression, { type: "ArrayExpression" }>, scope: Scope | null): string {
    const [only, ...more] = node.elements;
    if (only?.type === "SpreadElement" && more.length === 0)
      return `list(${this.#expression(only.argument, scope)})`;
    return `[${node.elements.map((one) => (one === null ? "None" : this.#expression(one, scope))).join(", ")}]`;
  }

  #options(
    node: Extract<Expression, { type: "ObjectExpression" }>,
    scope: Scope | null,
  ): Record<string, string> {
    return Object.fromEntries(
      node.properties.map((one) => {
        if (one.type !== "Property" || one.computed) throw new NoTwinError("an object with computed names");
        const key =
          one.key.type === "Identifier"
            ? one.key.name
            : one.key.type === "Literal"
              ? String(one.key.value)
              : "";
        if (key === "") throw new NoTwinError("an object so made");
        return [key, this.#expression(one.value, scope)];
      }),
    );
  }

  #member(node: Extract<Expression, { type: "MemberExpression" }>, scope: Scope | null): string {
    const dotted = dottedName(node);
    if (dotted !== null && Object.hasOwn(DOTTED, dotted)) return DOTTED[dotted] ?? "";
    if (node.object.type === "Super") return "super()";
    const x = this.#within(node.object, scope);
    if (node.computed) return `${x}[${this.#expression(node.property as Expression, scope)}]`;
    if (node.property.type !== "Identifier") throw new NoTwinError("a private name");
    const { name } = node.property;
    return Object.hasOwn(PROPERTIES, name) ? (PROPERTIES[name]?.(x) ?? "") : `${x}.${name}`;
  }

  #arguments(nodes: readonly Argument[], scope: Scope | null): string[] {
    return nodes.map((one) => this.#expression(one, scope));
  }

  /** Arguments, and the options of a last object by their names. */
  #split(nodes: readonly Argument[], scope: Scope | null): [string[], Record<string, string>] {
    const last = nodes.at(-1);
    if (last?.type !== "ObjectExpression") return [this.#arguments(nodes, scope), {}];
    const named = Object.entries(this.#options(last, scope)).map(([key, value]) => [
      OPTION_NAMES[key] ?? key,
      value,
    ]);
    return [this.#arguments(nodes.slice(0, -1), scope), Object.fromEntries(named) as Record<string, string>];
  }

  #call(node: Extract<Expression, { type: "CallExpression" }>, scope: Scope | null): string {
    const { callee } = node;
    if (callee.type === "Super")
      return `super().__init__(${this.#arguments(node.arguments, scope).join(", ")})`;
    const dotted = dottedName(callee);
    if (dotted !== null && !this.#top.has(dotted.split(".", 1)[0] ?? "")) {
      // show's object and check's tensors are dicts; other last objects are options by name.
      if (dotted === "show" || dotted === "check" || dotted === "plot")
        return `${dotted}(${this.#arguments(node.arguments, scope).join(", ")})`;
      const row = Object.hasOwn(FUNCTIONS, dotted) ? FUNCTIONS[dotted] : undefined;
      if (row !== undefined) return row(...this.#split(node.arguments, scope));
    }
    if (callee.type !== "MemberExpression" || callee.computed || callee.property.type !== "Identifier") {
      return `${this.#expression(callee, scope)}(${this.#arguments(node.arguments, scope).join(", ")})`;
    }
    return this.#method(callee.object, callee.property.name, node.arguments, scope);
  }

  #method(
    object: Expression | { readonly type: "Super" },
    name: string,
    given: readonly Argument[],
    scope: Scope | null,
  ): string {
    if (object.type === "Super") return `super().${name}(${this.#arguments(given, scope).join(", ")})`;
    const [first] = given;
    if (name === "keys" && object.type === "CallExpression" && dottedName(object.callee) === "Array") {
      return `range(${this.#arguments(object.arguments, scope).join(", ")})`;
    }
    const x = this.#within(object, scope);
    if (
      (name === "map" || name === "filter") &&
      first?.type === "ArrowFunctionExpression" &&
      first.body.type !== "BlockStatement"
    ) {
      const inner: Scope = { own: new Set(), outer: scope, foreign: new Set(), parts: new Map() };
      const [one = "_", index] = first.params.map((param) => this.#parameter(param, inner));
      const over = index === undefined ? `for ${one} in ${x}` : `for ${index}, ${one} in enumerate(${x})`;
      const body = this.#expression(first.body, inner);
      return name === "map" ? `[${body} ${over}]` : `[${one} ${over} if ${body}]`;
    }
    if (name === "reverse") return `list(reversed(${x}))`;
    if (name === "push") return `${x}.append(${this.#arguments(given, scope).join(", ")})`;
    if (name === "join") return `${this.#arguments(given, scope)[0] ?? '","'}.join(map(str, ${x}))`;
    if (name === "toFixed") return `f"{${x}:.${this.#arguments(given, scope)[0] ?? "0"}f}"`;
    const row = Object.hasOwn(TENSOR_METHODS, name) ? TENSOR_METHODS[name] : undefined;
    return row === undefined
      ? `${x}.${name}(${this.#arguments(given, scope).join(", ")})`
      : row(x, ...this.#split(given, scope));
  }

  #new(node: Extract<Expression, { type: "NewExpression" }>, scope: Scope | null): string {
    const name = dottedName(node.callee) ?? "";
    if (/^(Float32|Float64|Int32)Array$/.test(name))
      return `[0.0] * (${this.#arguments(node.arguments, scope).join(", ")})`;
    if (name === "Map" || name === "Set" || name === "Date") throw new NoTwinError(`new ${name}`);
    const [args, options] = this.#split(node.arguments, scope);
    const named = Object.entries(options).map(([key, value]) => `${key}=${value}`);
    return `${this.#expression(node.callee, scope)}(${[...args, ...named].join(", ")})`;
  }

  /** A lambda; with statements or assignments in it a function before the statement. */
  #lambda(node: Extract<Expression, { type: "ArrowFunctionExpression" }>, scope: Scope | null): string {
    const { body, params } = node;
    if (
      body.type !== "BlockStatement" &&
      body.type !== "AssignmentExpression" &&
      body.type !== "UpdateExpression"
    ) {
      const inner: Scope = { own: new Set(), outer: scope, foreign: new Set(), parts: new Map() };
      const given = params.map((param) => this.#parameter(param, inner)).join(", ");
      return `lambda${given === "" ? "" : ` ${given}`}: ${this.#expression(body, inner)}`;
    }
    const name = `_f${++this.#functions}`;
    const hoisted =
      body.type === "BlockStatement"
        ? this.#function(name, params, body.body, scope)
        : this.#function(name, params, [bare(body)], scope);
    this.#hoisted.push(...hoisted);
    return name;
  }

  #name(name: string): string {
    return TAKEN.has(name) &&
      (this.#top.has(name) ||
        !["torch", "nn", "F", "math", "range", "print", "list", "float", "str"].includes(name))
      ? `${name}_`
      : name.replaceAll("$", "_");
  }
}

const OPERATORS: Readonly<Record<string, string>> = {
  "===": "==",
  "!==": "!=",
  "&&": "and",
  "||": "or",
  "??": "or",
};

const returned = (argument: Expression): Node => ({
  type: "ReturnStatement",
  argument,
  start: argument.start,
  end: argument.end,
});
const bare = (expression: Expression): Node => ({
  type: "ExpressionStatement",
  expression,
  start: expression.start,
  end: expression.end,
});

function literal(value: unknown, raw: string): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return raw.replace(/^\./, "0.");
  throw new NoTwinError(`the value ${raw}`);
}

/** "nn.init.kaimingNormal_" of plain names with dots; null of anything else. */
function dottedName(node: Node): string | null {
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression" || node.computed || node.property.type !== "Identifier") return null;
  const before = dottedName(node.object);
  return before === null ? null : `${before}.${node.property.name}`;
}
