import * as v from "valibot";
import { closestName } from "../core/closest-name.ts";

const namesSchema = v.array(v.string());
/** What a cell can call, in JSON: names that stand everywhere, and what tensors, nn and optim have. */
export const knownNamesSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ globals: namesSchema, members: namesSchema }),
);
export type KnownNames = v.InferOutput<typeof knownNamesSchema>;

/** What other libraries call a tensor's methods. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  clip: "clamp",
  dot: "matmul",
  mm: "matmul",
  numpy: "toArray",
  size: "shape",
  tolist: "toArray",
  transpose: "permute",
  var: "variance",
  view: "reshape",
};

/** What was called, before its bracket: `.matmul`, `zeros`. */
const CALLED = /(\.\s*)?([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*(?:\?\.)?$/u;

/**
 * The interpreter's words for a name that does not exist, with that name and the one that was meant; null for any other
 * error.
 *
 * @param before The line of code up to where it happened.
 */
export function nameHint(
  { name, message }: { readonly name: string; readonly message: string },
  before: string,
  known: () => KnownNames,
): string | null {
  const missing = name === "ReferenceError" ? /^'(.*)' is not defined$/.exec(message)?.[1] : undefined;
  if (missing !== undefined) {
    const meant = closestName(missing, known().globals);
    return meant === null ? null : `${message}. Did you mean ${meant}?`;
  }
  if (name !== "TypeError" || (message !== "not a function" && message !== "not a constructor")) return null;
  const called = CALLED.exec(before);
  const own = called?.[2] ?? "";
  if (own === "") return null;
  if (called?.[1] === undefined) {
    const meant = closestName(own, known().globals);
    return `${own} is ${message}${meant === null ? "" : `. Did you mean ${meant}?`}`;
  }
  const meant = ELSEWHERE[own] ?? closestName(own, known().members);
  return `.${own} is ${message}${meant === null ? "" : `. Did you mean .${meant}?`}`;
}
