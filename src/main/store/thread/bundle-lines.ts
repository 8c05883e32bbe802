import * as v from "valibot";
import { StoreError } from "../../../core/errors.ts";
import type { SqlValue } from "../open/database.ts";
import { parsePacked } from "../tables/json-column.ts";
import { BUNDLE_FORMAT, BUNDLE_TABLES } from "./bundle-tables.ts";

const value = v.custom<SqlValue>(
  (given) => given === null || typeof given === "string" || typeof given === "number",
  "must be a number, a text or null",
);
const row = v.record(v.string(), value);
const runName = v.pipe(
  v.string(),
  v.regex(/^[\w.-]{1,100}$/, "is not the name of a run"),
  // It becomes a folder's name.
  v.check((name) => !/^\.+$/.test(name), "is not the name of a run"),
);
const columnName = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]*$/, "is not the name of a column"));

const tableLine = v.strictObject({
  run: runName,
  table: v.picklist(BUNDLE_TABLES.map(({ name }) => name)),
  columns: v.pipe(
    v.array(columnName),
    v.check((names) => new Set(names).size === names.length, "there is a column twice"),
  ),
  rows: v.array(v.array(value)),
});
export type BundleTableLine = v.InferOutput<typeof tableLine>;

const lineSchema = v.union([
  v.strictObject({ format: v.literal(BUNDLE_FORMAT), version: v.number(), schema: v.number() }),
  v.strictObject({ run: runName, machine: row, row }),
  tableLine,
  v.strictObject({
    run: runName,
    file: v.pipe(v.string(), v.regex(/^[\w-]+\.safetensors$/, "is not the name of a file of weights")),
    base64: v.string(),
  }),
  v.strictObject({ end: v.strictObject({ runs: v.number() }) }),
]);
export type BundleLine = v.InferOutput<typeof lineSchema>;

/** One line of a bundle without the comma behind it; null if it is not JSON. @throws {StoreError} */
export function readBundleLine(json: string): BundleLine | null {
  let parsed: unknown;
  try {
    parsed = parsePacked(json);
  } catch {
    return null;
  }
  const checked = v.safeParse(lineSchema, parsed);
  if (checked.success) return checked.output;
  const [issue] = checked.issues;
  const place = v.getDotPath(issue);
  throw new StoreError(
    "this is not what a bundle of runs holds: " +
      (place === null ? "no run, rows of a table, file of weights or end" : `${place}: ${issue.message}`),
  );
}
