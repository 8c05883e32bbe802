import type { AnyNode, Expression, Pattern } from "acorn";
import { NoTwinError } from "./no-twin-error.ts";
import { GLOBALS, isListMethod, listMethod } from "./python-lists.ts";
import { DOTTED, FUNCTIONS, OPTION_NAMES, PROPERTIES, TAKEN, TENSOR_METHODS } from "./torch-names.ts";

export type Node = AnyNode;
type Argument = Expression | { readonly type: "SpreadElement"; readonly argument: Expression };

/** What a function declares itself, so that what it assigns beside is somebody else's. */
export interface Scope {
  readonly own: Set<string>;
  readonly outer: Scope | null;
  readonly foreign: Set<string>;
  /** Names that stand for a part of a parameter: Python takes no objects apart. */
  readonly parts?: Map<string, string>;
}

/** What the cells before have left for those after them. */
export interface NotebookNames {
  /** Whose statements have no twin: what reads them has none either. */
  readonly missing: Set<string>;
  /** Activations and losses of one's own, whose formulas only the lab writes. */
  readonly parts: Set<string>;
  /** Methods and fields of people's own, which are no list's. */
  readonly members: Set<string>;
}

export const noNames = (): NotebookNames => ({ missing: new Set(), parts: new Set(), members: new Set() });

/** Writes expressions in Python; what needs statements of its own is written before. */
export abstract class ExpressionWriter {
  protected readonly top: ReadonlySet<string>;
  /** Functions that Python cannot write within an expression, before the statement that needs them. */
  protected hoisted: string[] = [];
  protected functions = 0;
  /** Names of the errors that are being handled: Python's say other things of themselves. */
  protected caught: ReadonlySet<string> = new Set();
  protected readonly names: NotebookNames;

  constructor(top: ReadonlySet<string>, names: NotebookNames) {
    this.top = top;
    this.names = names;
  }

  /** A name that no cell has. */
  protected made(letter: string): string {
    return `_${letter}${++this.functions}`;
  }

  /** A function with statements. */
  protected abstract defined(
    name: string,
    params: readonly Pattern[],
    body: readonly Node[],
    outer: Scope | null,
    first?: readonly string[],
  ): string[];

  protected expression(node: Argument | Node, scope: Scope | null): string {
    switch (node.type) {
      case "Literal":
        return literal(node.value, node.raw ?? "");
      case "Identifier":
        if (this.caught.has(node.name)) throw new NoTwinError("of an error anything but its message");
        for (let around = scope; around !== null; around = around.outer) {
          const part = around.parts?.get(node.name);
          if (part !== undefined) return part;
          if (around.own.has(node.name)) return this.nameOf(node.name);
        }
        if (this.names.missing.has(node.name))
          throw new NoTwinError(`${node.name}, whose own line has no twin in Python`);
        if (GLOBALS.has(node.name) && !this.top.has(node.name) && !Object.hasOwn(DOTTED, node.name))
          throw new NoTwinError(node.name);
        return Object.hasOwn(DOTTED, node.name) && !this.top.has(node.name)
          ? (DOTTED[node.name] ?? "")
          : this.nameOf(node.name);
      case "ThisExpression":
        return "self";
      case "SpreadElement":
        return `*${this.expression(node.argument, scope)}`;
      case "ArrayExpression":
        return this.listOf(node, scope);
      case "ObjectExpression":
        return `Record(${this.#dictOf(node, scope)})`;
      case "TemplateLiteral":
        return (
          node.quasis
            .flatMap(({ value }, i) => {
              const hole = node.expressions[i];
              const text = value.cooked ?? "";
              return [
                ...(text === "" ? [] : [JSON.stringify(text)]),
                ...(hole === undefined ? [] : [`str(${this.expression(hole, scope)})`]),
              ];
            })
            .join(" + ") || '""'
        );
      case "UnaryExpression":
        if (node.operator === "!") return `not ${this.within(node.argument, scope)}`;
        if (node.operator === "-" || node.operator === "+" || node.operator === "~")
          return `${node.operator}${this.within(node.argument, scope)}`;
        throw new NoTwinError(`the operator ${node.operator}`);
      case "BinaryExpression":
      case "LogicalExpression": {
        const operator = OPERATORS[node.operator] ?? node.operator;
        if (node.left.type === "PrivateIdentifier") throw new NoTwinError("a private name");
        if (operator === "instanceof" || operator === ">>>")
          throw new NoTwinError(`the operator ${operator}`);
        // In Python −7 % 3 is 2.
        if (operator === "%")
          return `remainder(${this.expression(node.left, scope)}, ${this.expression(node.right, scope)})`;
        if (operator === "??") {
          const right = this.within(node.right, scope);
          return `_n if (_n := ${this.expression(node.left, scope)}) is not None else ${right}`;
        }
        if (operator === "+" && (isText(node.left) || isText(node.right)))
          return `${this.#asText(node.left, scope)} + ${this.#asText(node.right, scope)}`;
        return `${this.within(node.left, scope)} ${operator} ${this.within(node.right, scope)}`;
      }
      case "ConditionalExpression":
        return `${this.within(node.consequent, scope)} if ${this.within(node.test, scope)} else ${this.within(node.alternate, scope)}`;
      case "ParenthesizedExpression":
        return this.expression(node.expression, scope);
      case "MemberExpression":
        return this.memberOf(node, scope);
      case "CallExpression":
        return this.callOf(node, scope);
      case "NewExpression":
        return this.newOf(node, scope);
      case "ArrowFunctionExpression":
        return this.lambdaOf(node, scope);
      case "FunctionExpression":
        return this.#functionOf(node, [], scope);
      default:
        throw new NoTwinError(`${node.type} has no twin in Python`);
    }
  }

  /** An object's parts; its methods are given the object. */
  #dictOf(node: Extract<Expression, { type: "ObjectExpression" }>, scope: Scope | null): string {
    for (const one of node.properties)
      if (one.type === "Property" && one.key.type === "Identifier") this.names.members.add(one.key.name);
    return `{${Object.entries(this.optionsOf(node, scope))
      .map(([key, value]) => `${JSON.stringify(key)}: ${value}`)
      .join(", ")}}`;
  }

  /** A function with a body, before the statement that it stands in. */
  #functionOf(
    node: Extract<Node, { type: "FunctionExpression" }>,
    first: readonly string[],
    scope: Scope | null,
  ): string {
    if (node.generator || node.async) throw new NoTwinError("a generator or an async function");
    const name = this.made("f");
    this.hoisted.push(...this.defined(name, node.params, node.body.body, scope, first));
    return name;
  }

  #asText(node: Expression, scope: Scope | null): string {
    return isText(node) ? this.within(node, scope) : `str(${this.expression(node, scope)})`;
  }

  /** In brackets where it is made of parts. */
  protected within(node: Expression, scope: Scope | null): string {
    const text = this.expression(node, scope);
    const parts = [
      "BinaryExpression",
      "LogicalExpression",
      "ConditionalExpression",
      "ArrowFunctionExpression",
      "UnaryExpression",
    ];
    return parts.includes(node.type) ? `(${text})` : text;
  }

  protected listOf(node: Extract<Expression, { type: "ArrayExpression" }>, scope: Scope | null): string {
    const [only, ...more] = node.elements;
    if (only?.type === "SpreadElement" && more.length === 0)
      return `list(${this.expression(only.argument, scope)})`;
    return `[${node.elements.map((one) => (one === null ? "None" : this.expression(one, scope))).join(", ")}]`;
  }

  protected optionsOf(
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
        if (one.kind !== "init") throw new NoTwinError("an object with a getter");
        return [
          key,
          one.value.type === "FunctionExpression"
            ? `Method(${this.#functionOf(one.value, ["self"], scope)})`
            : this.expression(one.value, scope),
        ];
      }),
    );
  }

  protected memberOf(node: Extract<Expression, { type: "MemberExpression" }>, scope: Scope | null): string {
    const dotted = dottedName(node);
    if (dotted !== null && Object.hasOwn(DOTTED, dotted)) return DOTTED[dotted] ?? "";
    if (node.object.type === "Super") return "super()";
    const error = node.object.type === "Identifier" && this.caught.has(node.object.name) ? node.object : null;
    if (
      error !== null &&
      !node.computed &&
      node.property.type === "Identifier" &&
      node.property.name === "message"
    )
      return `str(${this.nameOf(error.name)})`;
    const x = this.within(node.object, scope);
    if (node.computed) return `${x}[${this.expression(node.property, scope)}]`;
    if (node.property.type !== "Identifier") throw new NoTwinError("a private name");
    const { name } = node.property;
    const isPart = node.object.type === "Identifier" && this.names.parts.has(node.object.name);
    if (isPart && (name === "formula" || name === "gradient"))
      throw new NoTwinError(`.${name}, which the lab writes when the cell runs`);
    return Object.hasOwn(PROPERTIES, name) ? (PROPERTIES[name]?.(x) ?? "") : `${x}.${name}`;
  }

  protected argumentsOf(nodes: readonly Argument[], scope: Scope | null): string[] {
    return nodes.map((one) => this.expression(one, scope));
  }

  /** Arguments, and the options of a last object by their names. */
  protected splitArguments(
    nodes: readonly Argument[],
    scope: Scope | null,
  ): [string[], Record<string, string>] {
    const last = nodes.at(-1);
    if (last?.type !== "ObjectExpression") return [this.argumentsOf(nodes, scope), {}];
    const named = Object.entries(this.optionsOf(last, scope)).map(([key, value]) => [
      OPTION_NAMES[key] ?? key,
      value,
    ]);
    return [this.argumentsOf(nodes.slice(0, -1), scope), Object.fromEntries(named) as Record<string, string>];
  }

  protected callOf(node: Extract<Expression, { type: "CallExpression" }>, scope: Scope | null): string {
    const { callee } = node;
    if (callee.type === "Super")
      return `super().__init__(${this.argumentsOf(node.arguments, scope).join(", ")})`;
    const dotted = dottedName(callee);
    if (dotted !== null && !this.top.has(dotted.split(".", 1)[0] ?? "")) {
      if (dotted === "runs") throw new NoTwinError("runs(), the lab's saved runs");
      if (dotted === "Array.from") return this.#listFrom(node.arguments, scope);
      const row = Object.hasOwn(FUNCTIONS, dotted) ? FUNCTIONS[dotted] : undefined;
      // Other last objects are options by name.
      if (row !== undefined)
        return TAKES_OBJECTS.has(dotted)
          ? row(
              node.arguments.map((one) =>
                isPlainObject(one) ? this.#dictOf(one, scope) : this.expression(one, scope),
              ),
              {},
            )
          : row(...this.splitArguments(node.arguments, scope));
    }
    if (dotted !== null && dotted.includes(".") && this.#isGlobal(dotted))
      throw new NoTwinError(`${dotted}()`);
    if (callee.type !== "MemberExpression" || callee.computed || callee.property.type !== "Identifier") {
      return `${this.expression(callee, scope)}(${this.argumentsOf(node.arguments, scope).join(", ")})`;
    }
    return this.methodOf(callee.object, callee.property.name, node.arguments, scope);
  }

  protected methodOf(
    object: Expression | { readonly type: "Super" },
    name: string,
    given: readonly Argument[],
    scope: Scope | null,
  ): string {
    if (object.type === "Super") return `super().${name}(${this.argumentsOf(given, scope).join(", ")})`;
    const [first] = given;
    if (name === "keys" && object.type === "CallExpression" && dottedName(object.callee) === "Array") {
      return `range(${this.argumentsOf(object.arguments, scope).join(", ")})`;
    }
    const ofArray = object.type === "NewExpression" || object.type === "CallExpression" ? object : null;
    if (name === "fill" && ofArray !== null && dottedName(ofArray.callee) === "Array" && given.length === 1)
      return `[${this.argumentsOf(given, scope).join("")}] * (${this.argumentsOf(ofArray.arguments, scope).join(", ")})`;
    const x = this.within(object, scope);
    if (
      (name === "map" || name === "filter") &&
      first?.type === "ArrowFunctionExpression" &&
      first.body.type !== "BlockStatement"
    ) {
      const inner: Scope = { own: new Set(), outer: scope, foreign: new Set(), parts: new Map() };
      const [one = "_", index] = first.params.map((param) => this.parameterOf(param, inner));
      const over = index === undefined ? `for ${one} in ${x}` : `for ${index}, ${one} in enumerate(${x})`;
      const body = this.expression(first.body, inner);
      return name === "map" ? `[${body} ${over}]` : `[${one} ${over} if ${body}]`;
    }
    if (name === "forEach" && given.length === 1 && first !== undefined) {
      const takes = first.type === "ArrowFunctionExpression" ? first.params.length : 1;
      return `for_each(${x}, ${this.expression(first, scope)}, ${takes})`;
    }
    if (LOOPS.has(name) && given.length === 1 && first !== undefined) {
      const takesIndex = first.type === "ArrowFunctionExpression" && first.params.length > 1;
      const f = this.expression(first, scope).replace(/^lambda .*/, "($&)");
      const called = `${f}(one${takesIndex ? ", at" : ""})`;
      const over = takesIndex ? `for at, one in enumerate(${x})` : `for one in ${x}`;
      return name === "filter" ? `[one ${over} if ${called}]` : `[${called} ${over}]`;
    }
    if (isListMethod(name) && !this.names.members.has(name))
      return listMethod(name, x, this.argumentsOf(given, scope));
    const row = Object.hasOwn(TENSOR_METHODS, name) ? TENSOR_METHODS[name] : undefined;
    return row === undefined
      ? `${x}.${name}(${this.argumentsOf(given, scope).join(", ")})`
      : row(x, ...this.splitArguments(given, scope));
  }

  /** `Array.from({ length: n }, (_, i) => …)` and `Array.from(xs, f)`. */
  #listFrom([of, make, ...more]: readonly Argument[], scope: Scope | null): string {
    const [length] = of?.type === "ObjectExpression" ? of.properties : [];
    const counted =
      length?.type === "Property" && length.key.type === "Identifier" && length.key.name === "length";
    if (of === undefined || more.length > 0 || (of.type === "ObjectExpression" && !counted))
      throw new NoTwinError("Array.from() with these arguments");
    const over = counted ? `range(${this.expression(length.value, scope)})` : this.expression(of, scope);
    if (make === undefined) return counted ? `[None] * len(${over})` : `list(${over})`;
    if (make.type !== "ArrowFunctionExpression") {
      if (counted) throw new NoTwinError("Array.from() with a length and a named function");
      return `[${this.expression(make, scope)}(one) for one in ${over}]`;
    }
    const f = this.expression(make, scope).replace(/^lambda.*/, "($&)");
    const given = [counted ? "None" : "one", "at"].slice(0, make.params.length).join(", ");
    const each = counted ? `at in ${over}` : `at, one in enumerate(${over})`;
    return `[${f}(${given}) for ${each}]`;
  }

  #isGlobal(dotted: string): boolean {
    const [first = ""] = dotted.split(".", 1);
    return GLOBALS.has(first) && !this.top.has(first);
  }

  protected newOf(node: Extract<Expression, { type: "NewExpression" }>, scope: Scope | null): string {
    const name = dottedName(node.callee) ?? "";
    if (/^(Float32|Float64|Int32)Array$/.test(name))
      return `[0.0] * (${this.argumentsOf(node.arguments, scope).join(", ")})`;
    if ((name === "Map" || name === "Set") && !this.top.has(name))
      return `${name}(${this.argumentsOf(node.arguments, scope).join(", ")})`;
    if (GLOBALS.has(name) && !this.top.has(name)) throw new NoTwinError(`new ${name}`);
    const [args, options] = this.splitArguments(node.arguments, scope);
    const named = Object.entries(options).map(([key, value]) => `${key}=${value}`);
    return `${this.expression(node.callee, scope)}(${[...args, ...named].join(", ")})`;
  }

  /** A lambda; with statements or assignments in it a function before the statement. */
  protected lambdaOf(
    node: Extract<Expression, { type: "ArrowFunctionExpression" }>,
    scope: Scope | null,
  ): string {
    const { body, params } = node;
    if (
      body.type !== "BlockStatement" &&
      body.type !== "AssignmentExpression" &&
      body.type !== "UpdateExpression"
    ) {
      const inner: Scope = { own: new Set(), outer: scope, foreign: new Set(), parts: new Map() };
      const given = params.map((param) => this.parameterOf(param, inner)).join(", ");
      return `lambda${given === "" ? "" : ` ${given}`}: ${this.expression(body, inner)}`;
    }
    const name = this.made("f");
    const hoisted =
      body.type === "BlockStatement"
        ? this.defined(name, params, body.body, scope)
        : this.defined(name, params, [bare(body)], scope);
    this.hoisted.push(...hoisted);
    return name;
  }

  protected nameOf(name: string): string {
    return TAKEN.has(name) &&
      (this.top.has(name) ||
        !["torch", "nn", "F", "math", "range", "print", "list", "float", "str"].includes(name))
      ? `${name}_`
      : name.replaceAll("$", "_");
  }

  protected parameterOf(param: Pattern, scope: Scope): string {
    if (param.type === "Identifier") {
      scope.own.add(param.name);
      return this.nameOf(param.name);
    }
    if (param.type === "RestElement" && param.argument.type === "Identifier") {
      scope.own.add(param.argument.name);
      return `*${this.nameOf(param.argument.name)}`;
    }
    if (param.type === "AssignmentPattern" && param.left.type === "Identifier") {
      scope.own.add(param.left.name);
      return `${this.nameOf(param.left.name)}=${this.expression(param.right, scope)}`;
    }
    if (param.type === "ObjectPattern" && scope.parts !== undefined) {
      const whole = this.made("p");
      for (const one of param.properties) {
        if (one.type !== "Property" || one.key.type !== "Identifier" || one.value.type !== "Identifier")
          throw new NoTwinError("a parameter so taken apart");
        scope.parts.set(one.value.name, `${whole}.${one.key.name}`);
      }
      return whole;
    }
    if (param.type === "ArrayPattern" && scope.parts !== undefined) {
      const whole = this.made("p");
      for (const [at, one] of param.elements.entries()) {
        if (one === null) continue;
        if (one.type !== "Identifier") throw new NoTwinError("a parameter so taken apart");
        scope.parts.set(one.name, `${whole}[${at}]`);
      }
      return whole;
    }
    throw new NoTwinError("a parameter that is taken apart");
  }
}

const OPERATORS: Readonly<Record<string, string>> = {
  "===": "==",
  "!==": "!=",
  "&&": "and",
  "||": "or",
};

/** Whether it is written as a text, so that + joins. */
const isText = (node: Node): boolean =>
  node.type === "TemplateLiteral" ||
  (node.type === "Literal" && typeof node.value === "string") ||
  (node.type === "BinaryExpression" && node.operator === "+" && (isText(node.left) || isText(node.right)));

const isPlainObject = (node: Argument): node is Extract<Expression, { type: "ObjectExpression" }> =>
  node.type === "ObjectExpression" &&
  node.properties.every(
    (one) =>
      one.type === "Property" &&
      one.value.type !== "FunctionExpression" &&
      one.value.type !== "ArrowFunctionExpression",
  );

/** Methods of lists that call a function with each element. */
const LOOPS: ReadonlySet<string> = new Set(["map", "filter"]);

/** What is printed, shown and checked may stand in objects: dicts. */
const TAKES_OBJECTS: ReadonlySet<string> = new Set(["print", "show", "plot", "check", "checkLayer"]);

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
