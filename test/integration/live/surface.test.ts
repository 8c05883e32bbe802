import { readFileSync } from "node:fs";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startKernel, type TestKernel } from "./start-kernel.ts";

const FILE = "src/sandbox/prelude/tensors.d.ts";

/** What can be called or read, by its full name, with how many arguments it must and may get; null for values. */
type Surface = Map<string, { readonly least: number; readonly most: number } | null>;

function arityOf(parameters: readonly ts.ParameterDeclaration[]) {
  const plain = parameters.filter(({ dotDotDotToken }) => dotDotDotToken === undefined);
  return {
    least: plain.filter(({ questionToken }) => questionToken === undefined).length,
    most: plain.length,
  };
}

function declared(): Surface {
  const surface: Surface = new Map();
  const visit = (node: ts.Node, prefix: string): void => {
    if (ts.isModuleDeclaration(node)) {
      surface.set(`${prefix}${node.name.text}`, null);
      ts.forEachChild(node, (inner) => visit(inner, `${prefix}${node.name.text}.`));
    } else if (ts.isModuleBlock(node)) ts.forEachChild(node, (inner) => visit(inner, prefix));
    else if (ts.isFunctionDeclaration(node)) {
      surface.set(`${prefix}${node.name?.text ?? ""}`, arityOf(node.parameters));
    } else if (ts.isClassDeclaration(node)) {
      const name = `${prefix}${node.name?.text ?? ""}`;
      surface.set(name, null);
      for (const member of node.members) {
        if (ts.isMethodDeclaration(member)) {
          surface.set(`${name}#${member.name.getText()}`, arityOf(member.parameters));
        } else if (ts.isPropertyDeclaration(member)) surface.set(`${name}#${member.name.getText()}`, null);
      }
    }
  };
  const text = readFileSync(FILE, "utf8");
  ts.forEachChild(ts.createSourceFile(FILE, text, ts.ScriptTarget.Latest, true), (node) => visit(node, ""));
  return surface;
}

/** Names that every interpreter has, and what cells leave. */
const MEASURE = `
const found: Record<string, number | null> = {};
const isClass = (value: any) => typeof value === "function" && value.prototype !== undefined && /^class/.test(Function.prototype.toString.call(value));
const members = (name: string, of: any) => {
  for (let proto = of; proto !== null && proto !== Object.prototype; proto = Object.getPrototypeOf(proto)) {
    for (const key of Object.getOwnPropertyNames(proto)) {
      if (key === "constructor" || \`\${name}#\${key}\` in found) continue;
      const { value } = Object.getOwnPropertyDescriptor(proto, key)!;
      found[\`\${name}#\${key}\`] = typeof value === "function" ? value.length : null;
    }
  }
};
const look = (name: string, value: any) => {
  if (isClass(value)) {
    found[name] = null;
    members(name, value.prototype);
  } else if (typeof value === "function") found[name] = value.length;
  else {
    found[name] = null;
    for (const key of Object.keys(value)) look(\`\${name}.\${key}\`, value[key]);
  }
};
const objects: Record<string, any> = {
  "Tensor": ones(1), "nn.Linear": new nn.Linear(2, 2), "nn.Sequential": new nn.Sequential(), "nn.BatchNorm1d": new nn.BatchNorm1d(2),
  "nn.Residual": new nn.Residual(new nn.ReLU()), "nn.Product": new nn.Product(new nn.ReLU(), new nn.Tanh()), "nn.Dropout": new nn.Dropout(), "nn.LayerNorm": new nn.LayerNorm(2),
  "nn.Module": new nn.Module(), "optim.SGD": new optim.SGD([ones(1).requiresGrad_()], { lr: 1 }), "optim.Adam": new optim.Adam([ones(1).requiresGrad_()]),
};
const own = Object.getOwnPropertyNames(globalThis).filter((name) => (globalThis as any)[name] !== undefined && Object.getOwnPropertyDescriptor(globalThis, name)!.enumerable);
for (const name of own) if (!["found", "isClass", "members", "look", "objects", "own"].includes(name)) look(name, (globalThis as any)[name]);
for (const [name, object] of Object.entries(objects)) for (const key of Object.keys(object)) found[\`\${name}#\${key}\`] ??= null;
print(JSON.stringify(found));`;

/** Parts of the language that cells meet without their being for people. */
const INTERNAL: readonly string[] = ["Tensor#toJSON"];

let live: TestKernel;
let real: Record<string, number | null>;
beforeAll(async () => {
  live = await startKernel();
  const [text] = await live.print(MEASURE);
  real = JSON.parse(text) as Record<string, number | null>;
});
afterAll(async () => {
  await live.close();
});

/** A class inherits: its own declaration need not repeat what its parent's says. */
const isInherited = (name: string, surface: Surface): boolean => {
  const [owner = "", member = ""] = name.split("#");
  return owner.startsWith("nn.") && owner !== "nn.Module" && surface.has(`nn.Module#${member}`);
};

describe("tensors.d.ts and the language itself", () => {
  it("declare nothing that is not there", () => {
    expect([...declared().keys()].filter((name) => !(name in real))).toEqual([]);
  });

  it("leave nothing undeclared", () => {
    const surface = declared();
    const undeclared = Object.keys(real).filter((name) => !surface.has(name) && !isInherited(name, surface));
    expect(undeclared.filter((name) => !INTERNAL.includes(name))).toEqual([]);
  });

  it("agree on how many arguments there are", () => {
    const wrong = [...declared()].flatMap(([name, arity]) => {
      const length = real[name] ?? null;
      if (arity === null || length === null) return [];
      return length >= arity.least && length <= arity.most
        ? []
        : [`${name}: declared ${arity.least} to ${arity.most}, takes ${length}`];
    });
    expect(wrong).toEqual([]);
  });
});
