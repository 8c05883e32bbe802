/** Cells that stand in one element, one after the other. */
export interface CellGroup {
  readonly key: string;
  /** Index of its first cell. */
  readonly from: number;
  readonly ids: readonly string[];
}

/** A group that has so many gets no more at its end. */
const USUAL = 16;

/**
 * Puts the cells of a notebook into groups, which the page passes over as one while they are out of sight. A cell keeps
 * its group, though others come and go: in another one it would be made anew, and its editor lose its caret. Only a
 * cell that was moved, or the one that it has passed, joins those around it.
 *
 * @param before The groups of the same notebook before the last edit.
 */
export function groupCells(ids: readonly string[], before: readonly CellGroup[]): readonly CellGroup[] {
  const groupOf = new Map(before.flatMap(({ key, ids: members }) => members.map((id) => [id, key])));
  const taken = new Set(before.map(({ key }) => key));
  const begun = new Set<string>();
  const groups: (CellGroup & { readonly ids: string[] })[] = [];
  for (const [at, id] of ids.entries()) {
    const own = groupOf.get(id);
    const [next, second] = [groupOf.get(ids[at + 1] ?? ""), groupOf.get(ids[at + 2] ?? "")];
    const current = groups.at(-1);
    const isAlone = own === undefined || (second !== own && next !== own);
    if (current !== undefined && (own === current.key || (isAlone && next === current.key))) {
      current.ids.push(id);
      continue;
    }
    // New, or out of a group that goes on elsewhere: it joins what it stands before or behind.
    const isStray = isAlone && (own === undefined || begun.has(own) || goesOn(own, ids, at + 1, groupOf));
    let key = isStray ? next : own;
    if (key === undefined || begun.has(key)) {
      if (current !== undefined && current.ids.length < USUAL) {
        current.ids.push(id);
        continue;
      }
      for (key = id; taken.has(key);) key += "+";
    }
    taken.add(key);
    begun.add(key);
    groups.push({ key, from: at, ids: [id] });
  }
  return groups;
}

/** Whether a group has cells from `at` on. */
const goesOn = (
  key: string,
  ids: readonly string[],
  at: number,
  groupOf: ReadonlyMap<string, string>,
): boolean => ids.slice(at).some((id) => groupOf.get(id) === key);
