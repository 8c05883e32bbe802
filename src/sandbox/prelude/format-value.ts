import { resultOf } from "./promises.ts";
import { isTensor } from "./tensor.ts";
import { Timing } from "./timing.ts";

const MOST_ITEMS = 100;
const MOST_DEPTH = 4;
const WIDTH = 76;

/** A value as people read it; strings inside of others are quoted. */
export function formatValue(value: unknown, depth = 0, open: readonly object[] = []): string {
  if (typeof value === "string") return depth === 0 ? value : JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "symbol") return value.toString();
  if (typeof value === "function") return `[function ${value.name === "" ? "without a name" : value.name}]`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : `${value}`;
  if (typeof value !== "object" || value === null) return String(value);
  if (isTensor(value)) return value.toString();
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (open.includes(value)) return "[circular]";
  if (value instanceof Timing) return value.toString();
  if (depth === MOST_DEPTH) return Array.isArray(value) ? "[…]" : "{…}";
  const inside = [...open, value];
  if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    const items = value as unknown as ArrayLike<unknown>;
    const shown = Array.from({ length: Math.min(items.length, MOST_ITEMS) }, (_item, i) =>
      formatValue(items[i], depth + 1, inside),
    );
    if (items.length > MOST_ITEMS) shown.push(`… ${items.length - MOST_ITEMS} more`);
    return enclosed("[", shown, "]", depth);
  }
  if (value instanceof Promise) {
    const result = resultOf(value);
    if (result === undefined) return "Promise";
    return `Promise { ${result === null ? "pending" : formatValue(result.value, depth + 1, inside)} }`;
  }
  if (value instanceof Map || value instanceof Set) {
    return `${value.constructor.name} ${formatValue([...value], depth, open)}`;
  }
  const entries = Object.entries(value);
  const shown = entries
    .slice(0, MOST_ITEMS)
    .map(([key, inner]) => `${key}: ${formatValue(inner, depth + 1, inside)}`);
  if (entries.length > MOST_ITEMS) shown.push(`… ${entries.length - MOST_ITEMS} more`);
  const made: unknown = (value as { readonly constructor?: unknown }).constructor;
  const name = typeof made === "function" ? made.name : "";
  return `${name !== "" && name !== "Object" ? `${name} ` : ""}${enclosed("{", shown, "}", depth)}`;
}

function enclosed(left: string, items: readonly string[], right: string, depth: number): string {
  if (items.length === 0) return left + right;
  const line = left === "{" ? `{ ${items.join(", ")} }` : `[${items.join(", ")}]`;
  if (line.length <= WIDTH && !line.includes("\n")) return line;
  const indent = "  ".repeat(depth + 1);
  return `${left}\n${items.map((item) => indent + item).join(",\n")}\n${"  ".repeat(depth)}${right}`;
}
