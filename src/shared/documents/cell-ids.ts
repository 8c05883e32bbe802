const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether nbformat 4.5 takes this as a cell's id. */
export const isCellId = (id: string): boolean => ID.test(id);

/**
 * The id of a new cell: the first of a fixed row of ids, beginning at a place that `source` decides, that `taken` lacks.
 * The same text read twice gets the same ids, so that reading a file changes nothing.
 */
export function newCellId(taken: ReadonlySet<string>, source: string): string {
  let hash = 2166136261;
  for (let at = 0; at < source.length; at++) hash = Math.imul(hash ^ source.charCodeAt(at), 16777619);
  for (let draw = hash >>> 0; ; draw = (draw + 1) >>> 0) {
    const id = [0, 5, 10, 15].map((shift) => ALPHABET.charAt((draw >>> shift) & 31)).join("");
    if (!taken.has(id)) return id;
  }
}
