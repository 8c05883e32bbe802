import { NoTwinError } from "./no-twin-error.ts";

type ListMethod = (x: string, a: readonly string[]) => string | null;

const needed = (a: readonly string[], count: number, text: () => string): string | null =>
  a.length === count ? text() : null;
/** A text that a call can follow. */
const asCallee = (f: string): string => f.replace(/^lambda .*/, "($&)");

/**
 * What lists and texts of TypeScript have, in Python: x is what it is called on, a its arguments; null where these
 * arguments have no twin.
 */
const LIST_METHODS: Readonly<Record<string, ListMethod>> = {
  push: (x, a) => (a.length === 1 ? `${x}.append(${a[0]})` : `${x}.extend([${a.join(", ")}])`),
  pop: (x, a) => needed(a, 0, () => `${x}.pop()`),
  reverse: (x) => `list(reversed(${x}))`,
  join: (x, [by = '","']) => `${by}.join(map(str, ${x}))`,
  at: (x, a) => needed(a, 1, () => `${x}[${a[0]}]`),
  includes: (x, a) => needed(a, 1, () => `(${a[0]} in ${x})`),
  indexOf: (x, a) => needed(a, 1, () => `index_of(${x}, ${a[0]})`),
  some: (x, a) => needed(a, 1, () => `any(${asCallee(a[0] ?? "")}(one) for one in ${x})`),
  every: (x, a) => needed(a, 1, () => `all(${asCallee(a[0] ?? "")}(one) for one in ${x})`),
  find: (x, a) => needed(a, 1, () => `next((one for one in ${x} if ${asCallee(a[0] ?? "")}(one)), None)`),
  flatMap: (x, a) => needed(a, 1, () => `[part for one in ${x} for part in ${asCallee(a[0] ?? "")}(one)]`),
  reduce: (x, [f = "", ...first]) => `reduce(${[f, x, ...first].join(", ")})`,
  // Without a function TypeScript sorts numbers as texts.
  sort: (x, a) => needed(a, 1, () => `sort_by(${x}, ${a[0]})`),
  concat: (x, a) => `concat(${[x, ...a].join(", ")})`,
  // Of lists and maps alike.
  entries: (x, a) => needed(a, 0, () => `entries_of(${x})`),
  keys: (x, a) => needed(a, 0, () => `keys_of(${x})`),
  values: (x, a) => needed(a, 0, () => `values_of(${x})`),
  toExponential: (x, a) => `to_exponential(${[x, ...a].join(", ")})`,
  toFixed: (x, a) => `to_fixed(${[x, ...a].join(", ")})`,
  toUpperCase: (x) => `${x}.upper()`,
  toLowerCase: (x) => `${x}.lower()`,
  trim: (x) => `${x}.strip()`,
  padStart: (x, a) => `${x}.rjust(${a.join(", ")})`,
  padEnd: (x, a) => `${x}.ljust(${a.join(", ")})`,
  startsWith: (x, a) => needed(a, 1, () => `${x}.startswith(${a[0]})`),
  endsWith: (x, a) => needed(a, 1, () => `${x}.endswith(${a[0]})`),
  split: (x, a) => needed(a, 1, () => (a[0] === '""' ? `list(${x})` : `${x}.split(${a[0]})`)),
  ...Object.fromEntries(
    (
      "fill flat findIndex findLast findLastIndex lastIndexOf splice shift unshift " +
      "reduceRight copyWithin toSorted toReversed toSpliced with replace replaceAll match matchAll search charAt " +
      "charCodeAt codePointAt substring substr localeCompare normalize repeat trimStart trimEnd " +
      "toPrecision toLocaleString bind apply"
    )
      .split(" ")
      .map((name): [string, ListMethod] => [name, () => null]),
  ),
};

/** Whether lists, texts or numbers of TypeScript have a method of this name. */
export const isListMethod = (name: string): boolean => Object.hasOwn(LIST_METHODS, name);

/**
 * A method of a list, text or number in Python.
 *
 * @throws {NoTwinError} If it has no twin with these arguments.
 */
export function listMethod(name: string, x: string, a: readonly string[]): string {
  const text = LIST_METHODS[name]?.(x, a) ?? null;
  if (text === null)
    throw new NoTwinError(`.${name}() with ${a.length} argument${a.length === 1 ? "" : "s"}`);
  return text;
}

/** Objects and functions that TypeScript has everywhere; what of them has a twin stands in `FUNCTIONS` and `DOTTED`. */
export const GLOBALS: ReadonlySet<string> = new Set(
  (
    "Math Object Array Number String Boolean JSON Symbol BigInt Map Set WeakMap WeakSet Date RegExp Promise Reflect Proxy " +
    "Intl console globalThis parseInt parseFloat isNaN isFinite setTimeout performance structuredClone Float32Array " +
    "Float64Array Int32Array Uint8Array runs"
  ).split(" "),
);
