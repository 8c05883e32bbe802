// The world of a lesson's check: the language anew, which no cell has touched, with the student's names in it.
import { host } from "./host.ts";
import { forgetFailure, forgetRandom, makeGarbage, showResult, throwFailure } from "./install.ts";
import { equal, fail, faster, throws, within } from "./lesson-checks.ts";
import { Membrane, type Wire } from "./membrane.ts";
import type { Tensor } from "./tensor.ts";

const functions: ((...values: unknown[]) => unknown)[] = [];
const numbers = new Map<object, number>();
/** What stands here for the student's objects. */
const remotes = new Map<number, object>();
const remoteNumbers = new Map<object, Extract<Wire, { kind: "object" }>>();

function send(value: object): Wire {
  const remote = remoteNumbers.get(value);
  if (remote !== undefined) return remote;
  if (typeof value !== "function") {
    throw new TypeError(
      "a check hands over numbers, texts, tensors, functions, arrays and plain objects of them",
    );
  }
  let id = numbers.get(value);
  if (id === undefined) {
    id = functions.push(value as (...values: unknown[]) => unknown) - 1;
    numbers.set(value, id);
  }
  return { kind: "function", id };
}

function receive(wire: Extract<Wire, { kind: "object" | "function" }>): unknown {
  if (wire.kind === "function") return functions[wire.id];
  const known = remotes.get(wire.id);
  if (known !== undefined) return known;
  const made = remoteOf(wire);
  remotes.set(wire.id, made);
  remoteNumbers.set(made, wire);
  return made;
}

const border = new Membrane(0, { copiesMethods: true, keepsTensors: true, send, receive });
const ask = (...wish: unknown[]): unknown => border.unpack(host.cross(border.pack(wish))).value;

/** Looks like the student's object or function; everything that is done to it is done there. */
function remoteOf({ callable, name }: Extract<Wire, { kind: "object" }>): object {
  const handler: ProxyHandler<object> = {
    get: (_target, key) => {
      if (typeof key === "symbol") return undefined;
      return callable && key === "name" ? name : ask("get", remote, key);
    },
    set: (_target, key, value) => ask("set", remote, String(key), value) === true,
    has: (_target, key) => ask("has", remote, String(key)) === true,
    apply: (_target, self, values) => ask("call", remote, self, values),
    construct: (_target, values) => ask("new", remote, values) as object,
  };
  if (!callable) {
    handler.ownKeys = () => ask("keys", remote) as string[];
    handler.getOwnPropertyDescriptor = (_target, key) => ({
      value: ask("get", remote, String(key)),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  const target = callable
    ? function standIn(): void {
        // What stands for a function can be called and constructed.
      }
    : // No plain object, which would be copied.
      (Object.create(null) as object);
  const remote: object = new Proxy(target, handler);
  return remote;
}

/** Calls a function of the check for the student's code. */
function enterCheck(message: string): string {
  const [id, ...values] = border.unpack(message).value as [number, ...unknown[]];
  const called = functions[id];
  if (called === undefined) throw new TypeError("the check has no such function");
  return border.pack(called(...values));
}

/** The student's names, JSON of a list. What the language itself is called stays the language's. */
function beginCheck(names: string): string {
  for (const name of JSON.parse(names) as string[]) {
    if (name in globalThis) continue;
    let known: { readonly value: unknown } | null = null;
    Object.defineProperty(globalThis, name, {
      configurable: true,
      get: () => (known ??= { value: ask("global", name) }).value,
    });
  }
  return "";
}

/** Lets the student's code change this tensor in place, an optimiser's weights for example. */
function changeable(tensor: Tensor): Tensor {
  border.allowChanges(tensor);
  return tensor;
}

for (const [name, value] of Object.entries({ equal, fail, faster, throws, within, changeable })) {
  Object.defineProperty(globalThis, name, { value: Object.freeze(value) });
}

/** For the lab alone. */
export { beginCheck, enterCheck, forgetFailure, forgetRandom, makeGarbage, showResult, throwFailure };
