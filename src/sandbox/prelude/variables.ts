import { host } from "./host.ts";
import { handleOf, isTensor, type Tensor } from "./tensor.ts";

// A cell may replace the global names; the language goes on with those it began with.
const { getOwnPropertyDescriptor, getOwnPropertyNames, keys } = Object;
const { apply } = Reflect;
const { isArray } = Array;
const { toString: sourceOf } = Function.prototype;
const { imul } = Math;
const own = new Set<string>();
/** One number, and its bits. */
const number = new Float64Array(1);
const bits = new Uint32Array(number.buffer);

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
    if (typeof value === "number") {
      this.#number(value);
      return;
    }
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
      const name = names[i] ?? "";
      const descriptor = getOwnPropertyDescriptor(value, name);
      if (+name === i) this.#number(i);
      else this.#text(name);
      // A getter is code of the cell: it does not run here.
      if (descriptor !== undefined && "value" in descriptor) this.add(descriptor.value);
    }
    this.#open.pop();
  }

  #text(text: string): void {
    const most = text.length < 200 ? text.length : 200;
    for (let i = 0; i < most; i++) this.#word(text.charCodeAt(i));
    this.#word(text.length);
  }

  /** By its bits: digits would cost an interpreter ten times as much, after each cell and for each number of a list. */
  #number(value: number): void {
    // A NaN's bits may be any of many.
    if (value !== value) {
      this.#text("NaN");
      return;
    }
    number[0] = value;
    this.#word(bits[0] ?? 0);
    this.#word(bits[1] ?? 0);
  }

  #word(word: number): void {
    // The upper bits only ever move upwards in a product: the shift lets them count below.
    const mixed = imul(this.#hash ^ word, 16777619);
    this.#hash = mixed ^ (mixed >>> 15);
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
