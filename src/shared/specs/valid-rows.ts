import * as v from "valibot";
import type { Dataset } from "../experiments/dataset.ts";
import { DEFAULT_VALID_ROWS } from "./train-spec.ts";

const unsaid = v.looseObject({
  data: v.looseObject({ name: v.string() }),
  validRows: v.optional(v.undefined()),
});

/**
 * The JSON of a training; where it does not say `validRows`, with all that its data set has, if those are fewer than the
 * 10,000 that a spec means then. What is no training yet stays as it is: its schema says what is wrong.
 */
export function withValidRows<T>(
  json: T,
  find: (name: string) => Pick<Dataset, "validRows"> | undefined,
): T | (T & { readonly validRows: number }) {
  if (!v.is(unsaid, json)) return json;
  const { validRows = DEFAULT_VALID_ROWS } = find(json.data.name) ?? {};
  return { ...json, validRows: Math.min(DEFAULT_VALID_ROWS, validRows) };
}
