import prelude from "virtual:prelude";

/** The tensor language's own files as JavaScript, by the names under which they import each other. */
export const PRELUDE: ReadonlyMap<string, string> = new Map(Object.entries(prelude));

/** @throws {TypeError} If there is no such file. */
export function preludeCode(name: string): string {
  const code = PRELUDE.get(name);
  if (code === undefined) throw new TypeError(`there is no module ${name}`);
  return code;
}
