import type { Expression, Pattern } from "acorn";
import { ExpressionWriter, type Node, type Scope } from "./expression-writer.ts";
import { NoTwinError } from "./no-twin-error.ts";

const INDENT = "    ";
const indent = (lines: readonly string[]): string[] =>
  lines.map((line) => (line === "" ? "" : `${INDENT}${line}`));

/** What ends a case of a switch. */
const LEAVING: ReadonlySet<string> = new Set([
  "BreakStatement",
  "ReturnStatement",
  "ThrowStatement",
  "ContinueStatement",
]);

/** Whether a statement holds a break of the switch that it stands in, not of a loop of its own. */
function breaksOut(node: Node): boolean {
  switch (node.type) {
    case "BreakStatement":
      return true;
    case "IfStatement":
      return [node.consequent, node.alternate].some(
        (one) => one !== null && one !== undefined && breaksOut(one),
      );
    case "BlockStatement":
      return node.body.some(breaksOut);
    case "TryStatement":
      return [node.block, node.handler?.body, node.finalizer].some(
        (one) => one !== null && one !== undefined && breaksOut(one),
      );
    default:
      return false;
  }
}

/** Writes the statements of a cell in Python, and the functions and classes in them. */
export class StatementWriter extends ExpressionWriter {
  /** Whether the class in the making is one of torch's modules. */
  #module = false;

  /**
   * The lines of Python that a statement becomes, before them what its expressions need first.
   *
   * @param scope The function it stands in; null at the top of a cell.
   * @throws {NoTwinError} If Python has nothing that does the same.
   */
  statement(node: Node, scope: Scope | null): string[] {
    const before = this.hoisted;
    this.hoisted = [];
    const lines = this.#statement(node, scope);
    const all = [...this.hoisted, ...lines];
    this.hoisted = before;
    return all;
  }

  #statement(node: Node, scope: Scope | null): string[] {
    switch (node.type) {
      case "VariableDeclaration":
        return node.declarations.flatMap(({ id, init }) => {
          this.#declare(id, scope);
          if (init === null || init === undefined)
            return id.type === "Identifier" ? [`${this.nameOf(id.name)} = None`] : [];
          if (id.type === "Identifier" && init.type === "ArrowFunctionExpression")
            return this.#arrow(this.nameOf(id.name), init, scope);
          return this.#assign(id, init, scope);
        });
      case "FunctionDeclaration":
        if (scope !== null && node.id !== null) scope.own.add(node.id.name);
        return this.defined(this.nameOf(node.id?.name ?? "f"), node.params, node.body.body, scope);
      case "ClassDeclaration":
        return this.#class(node, scope);
      case "ReturnStatement":
        if (node.argument?.type === "AssignmentExpression")
          return [
            ...this.#bare(node.argument, scope),
            `return ${this.expression(node.argument.left, scope)}`,
          ];
        return [
          node.argument === null || node.argument === undefined
            ? "return"
            : `return ${this.expression(node.argument, scope)}`,
        ];
      case "IfStatement": {
        const otherwise =
          node.alternate === null || node.alternate === undefined
            ? []
            : ["else:", ...this.#block(node.alternate, scope)];
        return [
          `if ${this.expression(node.test, scope)}:`,
          ...this.#block(node.consequent, scope),
          ...otherwise,
        ];
      }
      case "WhileStatement":
        return [`while ${this.expression(node.test, scope)}:`, ...this.#block(node.body, scope)];
      case "ForOfStatement": {
        const { left } = node;
        const pattern = left.type === "VariableDeclaration" ? left.declarations[0]?.id : left;
        if (pattern === undefined) throw new NoTwinError("a loop over nothing");
        this.#declare(pattern, scope);
        const over = this.expression(node.right, scope);
        if (pattern.type !== "ObjectPattern")
          return [`for ${this.#pattern(pattern)} in ${over}:`, ...this.#block(node.body, scope)];
        const whole = this.made("o");
        const parts = this.#partsOf(pattern, whole);
        return [`for ${whole} in ${over}:`, ...indent(parts), ...this.#block(node.body, scope)];
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
      case "TryStatement":
        return this.#try(node, scope);
      case "SwitchStatement":
        return this.#switch(node, scope);
      case "ThrowStatement":
        if (node.argument.type === "Identifier" && this.caught.has(node.argument.name)) return ["raise"];
        return [
          `raise RuntimeError(${node.argument.type === "NewExpression" ? this.argumentsOf(node.argument.arguments, scope).join(", ") : this.expression(node.argument, scope)})`,
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

  #try(
    { block, handler, finalizer }: Extract<Node, { type: "TryStatement" }>,
    scope: Scope | null,
  ): string[] {
    const lines = ["try:", ...this.#block(block, scope)];
    if (handler !== null && handler !== undefined) {
      const { param } = handler;
      if (param !== null && param !== undefined && param.type !== "Identifier")
        throw new NoTwinError("an error that is taken apart");
      const before = this.caught;
      this.caught = new Set(param === null || param === undefined ? before : [...before, param.name]);
      this.#declare(param ?? null, scope);
      const named = param === null || param === undefined ? "" : ` as ${this.nameOf(param.name)}`;
      lines.push(`except Exception${named}:`, ...this.#block(handler.body, scope));
      this.caught = before;
    }
    if (finalizer !== null && finalizer !== undefined)
      lines.push("finally:", ...this.#block(finalizer, scope));
    return lines;
  }

  /** A chain of if; a case that goes on into the next has none. */
  #switch(
    { discriminant, cases }: Extract<Node, { type: "SwitchStatement" }>,
    scope: Scope | null,
  ): string[] {
    const of = this.made("s");
    const branches: {
      readonly tests: readonly string[];
      readonly isDefault: boolean;
      readonly body: string[];
    }[] = [];
    let [tests, isDefault]: [string[], boolean] = [[], false];
    for (const [index, { test, consequent }] of cases.entries()) {
      if (test === null || test === undefined) isDefault = true;
      else tests.push(`${of} == ${this.within(test, scope)}`);
      const isLast = index === cases.length - 1;
      // Several values, one body.
      if (consequent.length === 0 && !isLast) continue;
      const [only, ...more] = consequent;
      const body: Node[] =
        only?.type === "BlockStatement" && more.length === 0 ? [...only.body] : [...consequent];
      const last = body.at(-1);
      if (!isLast && (last === undefined || !LEAVING.has(last.type)))
        throw new NoTwinError("a case of a switch that goes on into the next");
      if (last?.type === "BreakStatement") body.pop();
      if (body.some(breaksOut)) throw new NoTwinError("a break in the middle of a case");
      const lines = body.flatMap((one) => this.statement(one, scope));
      branches.push({ tests, isDefault, body: indent(lines.length === 0 ? ["pass"] : lines) });
      [tests, isDefault] = [[], false];
    }
    const otherwise = branches.find((branch) => branch.isDefault);
    const told = branches.filter((branch) => !branch.isDefault);
    return [
      `${of} = ${this.expression(discriminant, scope)}`,
      ...told.flatMap((branch, index) => [
        `${index === 0 ? "if" : "elif"} ${branch.tests.join(" or ")}:`,
        ...branch.body,
      ]),
      ...(otherwise === undefined
        ? []
        : told.length === 0
          ? otherwise.body.map((line) => line.slice(INDENT.length))
          : ["else:", ...otherwise.body]),
    ];
  }

  /** for (let i = a; i < b; i += c), and downwards */
  #counting(node: Extract<Node, { type: "ForStatement" }>, scope: Scope | null): string[] {
    const { init, test, update } = node;
    const declared = init?.type === "VariableDeclaration" ? init.declarations : [];
    const [first, ...more] = declared;
    const step =
      update?.type === "UpdateExpression"
        ? update.operator === "++"
          ? "1"
          : "-1"
        : update?.type === "AssignmentExpression" && update.operator === "+="
          ? this.expression(update.right, scope)
          : update?.type === "AssignmentExpression" && update.operator === "-="
            ? `-(${this.expression(update.right, scope)})`
            : null;
    const ends = step?.startsWith("-") === true ? [">", ">="] : ["<", "<="];
    if (
      first?.id.type !== "Identifier" ||
      more.length > 0 ||
      test?.type !== "BinaryExpression" ||
      test.left.type !== "Identifier" ||
      test.left.name !== first.id.name ||
      step === null ||
      !ends.includes(test.operator)
    ) {
      throw new NoTwinError("a loop that does not count one number up or down to a bound");
    }
    this.#declare(first.id, scope);
    const from = first.init === null || first.init === undefined ? "0" : this.expression(first.init, scope);
    const end = this.expression(test.right, scope);
    const past = step.startsWith("-") ? "- 1" : "+ 1";
    const to = test.operator.endsWith("=") ? `${end} ${past}` : end;
    const given = step === "1" ? (from === "0" ? to : `${from}, ${to}`) : `${from}, ${to}, ${step}`;
    return [`for ${this.nameOf(first.id.name)} in range(${given}):`, ...this.#block(node.body, scope)];
  }

  /** An expression that stands alone. */
  #bare(node: Expression, scope: Scope | null): string[] {
    if (node.type === "AssignmentExpression") {
      this.#assigned(node.left, scope);
      const { operator, left, right } = node;
      if (operator === "=" && left.type !== "MemberExpression") return this.#assign(left, right, scope);
      if (operator === "=") return [`${this.expression(left, scope)} = ${this.#value(left, right, scope)}`];
      const target = this.expression(left, scope);
      if (operator === "%=") return [`${target} = remainder(${target}, ${this.expression(right, scope)})`];
      if (!COMPOUND.has(operator)) throw new NoTwinError(`the operator ${operator}`);
      return [`${target} ${operator} ${this.expression(right, scope)}`];
    }
    if (node.type === "UpdateExpression") {
      if (node.argument.type === "Identifier") this.#assigned(node.argument, scope);
      return [`${this.expression(node.argument, scope)} ${node.operator === "++" ? "+=" : "-="} 1`];
    }
    if (node.type === "CallExpression" && node.callee.type === "Identifier") {
      const [first, second] = node.arguments;
      if (node.callee.name === "assert" && first !== undefined && first.type !== "SpreadElement") {
        const message =
          second === undefined || second.type === "SpreadElement"
            ? ""
            : `, ${this.expression(second, scope)}`;
        return [`assert ${this.expression(first, scope)}${message}`];
      }
      if (
        node.callee.name === "noGrad" &&
        first?.type === "ArrowFunctionExpression" &&
        first.body.type === "BlockStatement"
      ) {
        return ["with torch.no_grad():", ...this.#block(first.body, scope)];
      }
    }
    return [this.expression(node, scope)];
  }

  #assign(target: Pattern, value: Expression, scope: Scope | null): string[] {
    if (target.type === "ObjectPattern") {
      return this.#partsOf(target, this.expression(value, scope));
    }
    return [`${this.#pattern(target)}${leftOver(target, value)} = ${this.#value(target, value, scope)}`];
  }

  #partsOf(target: Extract<Pattern, { type: "ObjectPattern" }>, from: string): string[] {
    return target.properties.map((one) => {
      if (one.type !== "Property" || one.key.type !== "Identifier" || one.value.type !== "Identifier")
        throw new NoTwinError("taking an object apart so");
      return `${this.nameOf(one.value.name)} = ${from}.${one.key.name}`;
    });
  }

  /** What is assigned; a chain stays one, a list of torch's modules is known to torch. */
  #value(target: Pattern, value: Expression, scope: Scope | null): string {
    if (value.type === "AssignmentExpression" && value.operator === "=") {
      this.#assigned(value.left, scope);
      const inner =
        value.left.type === "MemberExpression"
          ? this.expression(value.left, scope)
          : this.#pattern(value.left);
      return `${inner} = ${this.#value(value.left, value.right, scope)}`;
    }
    const text = this.expression(value, scope);
    const ofThis = target.type === "MemberExpression" && target.object.type === "ThisExpression";
    return ofThis && this.#module && value.type === "ArrayExpression" ? `nn.ModuleList(${text})` : text;
  }

  #pattern(pattern: Pattern): string {
    if (pattern.type === "Identifier") return this.nameOf(pattern.name);
    if (pattern.type === "ArrayPattern")
      return pattern.elements.map((one) => (one === null ? "_" : this.#pattern(one))).join(", ");
    if (pattern.type === "RestElement") return `*${this.#pattern(pattern.argument)}`;
    if (pattern.type === "MemberExpression") return this.expression(pattern, null);
    throw new NoTwinError("taking a value apart so");
  }

  #declare(pattern: Pattern | null, scope: Scope | null): void {
    if (scope === null || pattern === null) return;
    if (pattern.type === "Identifier") scope.own.add(pattern.name);
    else if (pattern.type === "RestElement") this.#declare(pattern.argument, scope);
    else if (pattern.type === "ArrayPattern") {
      for (const one of pattern.elements) if (one !== null) this.#declare(one, scope);
    } else if (pattern.type === "ObjectPattern") {
      for (const one of pattern.properties) if (one.type === "Property") this.#declare(one.value, scope);
    }
  }

  /** A name that a function assigns and does not declare is one of outside. */
  #assigned(target: Pattern, scope: Scope | null): void {
    if (scope === null || target.type !== "Identifier" || scope.own.has(target.name)) return;
    scope.foreign.add(target.name);
  }

  protected override defined(
    name: string,
    params: readonly Pattern[],
    body: readonly Node[],
    outer: Scope | null,
    first: readonly string[] = [],
  ): string[] {
    const scope: Scope = { own: new Set(), outer, foreign: new Set(), parts: new Map() };
    const given = params.map((param) => this.parameterOf(param, scope));
    const lines = body.flatMap((one) => this.statement(one, scope));
    const outside = [...scope.foreign].map((one) => {
      for (let around = outer; around !== null; around = around.outer)
        if (around.own.has(one)) return `nonlocal ${this.nameOf(one)}`;
      return `global ${this.nameOf(one)}`;
    });
    const all = [...outside, ...lines];
    return [`def ${name}(${[...first, ...given].join(", ")}):`, ...indent(all.length === 0 ? ["pass"] : all)];
  }

  /** An arrow function under a name. */
  #arrow(
    name: string,
    node: Extract<Expression, { type: "ArrowFunctionExpression" }>,
    scope: Scope | null,
  ): string[] {
    const { body } = node;
    if (body.type === "BlockStatement") return this.defined(name, node.params, body.body, scope);
    return this.defined(name, node.params, [returned(body)], scope);
  }

  #class(node: Extract<Node, { type: "ClassDeclaration" }>, scope: Scope | null): string[] {
    const above =
      node.superClass === null || node.superClass === undefined
        ? ""
        : this.expression(node.superClass, scope);
    const before = this.#module;
    this.#module = above === "nn.Module";
    for (const part of node.body.body)
      if (part.type !== "StaticBlock" && part.key.type === "Identifier")
        this.names.members.add(part.key.name);
    const own: Scope = { own: new Set(["self"]), outer: scope, foreign: new Set(), parts: new Map() };
    const fields = node.body.body.flatMap((part) =>
      part.type === "PropertyDefinition" &&
      part.value !== null &&
      part.value !== undefined &&
      part.key.type === "Identifier"
        ? [
            `self.${part.key.name} = ${this.#module && part.value.type === "ArrayExpression" ? `nn.ModuleList(${this.expression(part.value, own)})` : this.expression(part.value, own)}`,
          ]
        : [],
    );
    const methods = node.body.body.flatMap((part): string[] => {
      if (part.type !== "MethodDefinition" || part.kind === "constructor") return [];
      if (part.key.type !== "Identifier" || part.kind !== "method")
        throw new NoTwinError("a method of that kind");
      return ["", ...this.defined(part.key.name, part.value.params, part.value.body.body, scope, ["self"])];
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
      `class ${this.nameOf(node.id?.name ?? "C")}${above === "" ? "" : `(${above})`}:`,
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
    const lines = this.defined("__init__", node.value.params, node.value.body.body, scope, ["self"]);
    const at = lines.findIndex((line) => line.trim().startsWith("super().__init__("));
    lines.splice(at < 0 ? 1 : at + 1, 0, ...indent(fields));
    return lines.length > 2 ? lines.filter((line, i) => i === 0 || line.trim() !== "pass") : lines;
  }
}

/** What Python's assignments compute with. */
const COMPOUND: ReadonlySet<string> = new Set([
  "+=",
  "-=",
  "*=",
  "/=",
  "**=",
  "&=",
  "|=",
  "^=",
  "<<=",
  ">>=",
]);

/** Python wants a name for everything in a list; the lab leaves what has none. */
function leftOver(target: Pattern, value: Expression): string {
  if (target.type !== "ArrayPattern" || target.elements.at(-1)?.type === "RestElement") return "";
  const isWhole =
    value.type === "ArrayExpression" &&
    value.elements.length === target.elements.length &&
    value.elements.every((one) => one?.type !== "SpreadElement");
  return isWhole && target.elements.length > 1 ? "" : ", *_";
}

const returned = (argument: Expression): Node => ({
  type: "ReturnStatement",
  argument,
  start: argument.start,
  end: argument.end,
});
