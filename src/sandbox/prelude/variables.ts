import { host } from "./host.ts";
import { handleOf, isTensor, type Tensor } from "./tensor.ts";

// A cell may replace the global names; the language goes on with those it began with.
const { getOwnPropertyDescriptor, getOwnPropertyNames, keys } = Object;
const { apply } = Reflect;
const { isArray } = Array;
const { toString: sourceOf } = Function.prototype;
const own = new Set<string>();

/** How much of an object is looked at to tell whether it has changed. */
const MOST_VALUES = 5_000;
const MOST_DEPTH = 6;
const MOST_TEXT = 60;

/** What stands here now is the language's. */
export function knowOwnNames(): void {
  for (const name of getOwnPropertyNames(globalThis)) own.add(name);
}

const identity = (tensor: Tensor | null): string =>
  tensor === null ? "" : `${host.identity(handleOf(tensor))}`;
const gradientMark = (tensor: Tensor): string => `${identity(tensor.g)}/${identity(tensor.grad)}`;

/** A number of what an object holds: another one, almost surely, when anything in it has changed. */
class Fingerprint {
  #hash = 2166136261;
  #left = MOST_VALUES;
  readonly #open: object[] = [];

  get mark(): string {
    return `${this.#hash >>> 0}`;
  }

  add(value: unknown): void {
    if (this.#left-- <= 0) return;
    if (typeof value !== "object" || value === null) {
      this.#text(typeof value === "function" ? "f" : `${typeof value}:${String(value)}`);
      return;
    }
    if (isTensor(value)) {
      this.#text(`t${identity(value)}/${gradientMark(value)}`);
      return;
    }
    if (this.#open.includes(value) || this.#open.length === MOST_DEPTH) return;
    this.#open.push(value);
    const names = keys(value);
    this.#text(`o${names.length}`);
    for (let i = 0; i < names.length && this.#left > 0; i++) {
      const descriptor = getOwnPropertyDescriptor(value, names[i] ?? "");
      this.#text(names[i] ?? "");
      // A getter is code of the cell: it does not run here.
      if (descriptor !== undefined && "value" in descriptor) this.add(descriptor.value);
    }
    this.#open.pop();
  }

  #text(text: string): void {
    const most = Math.min(text.length, 200);
    for (let i = 0; i < most; i++) this.#hash = Math.imul(this.#hash ^ text.charCodeAt(i), 16777619);
    this.#hash = Math.imul(this.#hash ^ text.length, 16777619);
  }
}

const isClass = (value: object): boolean => apply(sourceOf, value, []).startsWith("class");

function described(value: unknown): { readonly kind: string; readonly text: string } {
  switch (typeof value) {
    case "number":
      return { kind: "number", text: `${value}` };
    case "string":
      return { kind: "text", text: JSON.stringify(value.slice(0, MOST_TEXT)) };
    case "function":
      return { kind: isClass(value) ? "class" : "function", text: "" };
    case "object": {
      if (value === null) return { kind: "other", text: "null" };
      if (isArray(value)) return { kind: "list", text: `${value.length} items` };
      if (ArrayBuffer.isView(value) && "length" in value) {
        return { kind: "list", text: `${String(value.length)} numbers` };
      }
      return { kind: "object", text: `${keys(value).length} fields` };
    }
    case "bigint":
    case "boolean":
    case "symbol":
    case "undefined":
      return { kind: "other", text: String(value) };
  }
}

/** For the lab alone: tells it every variable of the cells. */
export function describeVariables(): void {
  for (const name of getOwnPropertyNames(globalThis)) {
    if (own.has(name)) continue;
    const descriptor = getOwnPropertyDescriptor(globalThis, name);
    if (descriptor === undefined || !("value" in descriptor)) continue;
    const value: unknown = descriptor.value;
    if (isTensor(value)) {
      host.variable(name, "tensor", "", identity(value), gradientMark(value), handleOf(value));
      continue;
    }
    const { kind, text } = described(value);
    const fingerprint = new Fingerprint();
    fingerprint.add(value);
    host.variable(name, kind, text, fingerprint.mark, "");
  }
}
