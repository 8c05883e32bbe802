/** Ends at the quote that closes the text beginning at `at`. */
function endOfText(json: string, at: number): number {
  let end = at + 1;
  while (json.charAt(end) !== '"') end += json.charAt(end) === "\\" ? 2 : 1;
  return end;
}

/**
 * The first key that an object of a JSON text has twice, or null. `JSON.parse` takes the last of the two in silence.
 *
 * `json` must be valid.
 */
export function duplicateKey(json: string): string | null {
  /** Of the objects and arrays that are open; an array has no keys. */
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < json.length; at++) {
    const character = json.charAt(at);
    if (character === "{") open.push(new Set());
    else if (character === "[") open.push(null);
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const end = endOfText(json, at);
      const keys = open.at(-1);
      let next = end + 1;
      while (" \t\n\r".includes(json.charAt(next)) && next < json.length) next++;
      if (keys !== null && keys !== undefined && json.charAt(next) === ":") {
        const key = String(JSON.parse(json.slice(at, end + 1)));
        if (keys.has(key)) return key;
        keys.add(key);
      }
      at = end;
    }
  }
  return null;
}
