import type { DocumentCell, LabDocument } from "../../../shared/documents/lab-document.ts";

/** A cell that both sides changed since the text they began with, or that one deleted and the other changed. */
export interface CellConflict {
  readonly id: string;
  readonly base: DocumentCell | null;
  /** Null where it was deleted. */
  readonly mine: DocumentCell | null;
  readonly theirs: DocumentCell | null;
}

export type Side = "mine" | "theirs" | "both";

export interface CellMerge {
  readonly conflicts: readonly CellConflict[];
  /** Cells that only one side changed: taken without a question. */
  readonly settled: number;
  /** The document for a choice at each conflict; `mine` where none was made. */
  readonly resolve: (choices: ReadonlyMap<string, Side>) => LabDocument;
}

const same = (a: DocumentCell | null, b: DocumentCell | null): boolean =>
  a === b || (a !== null && b !== null && JSON.stringify(a) === JSON.stringify(b));

const byId = ({ cells }: LabDocument): ReadonlyMap<string, DocumentCell> =>
  new Map(cells.map((cell) => [cell.id, cell]));

/**
 * Merges two documents that were made from the same one, cell by cell: what only one side changed is taken, what both
 * changed is a conflict. The order is mine; cells that only they have come after the cell they stand behind there.
 */
export function mergeCells(base: LabDocument, mine: LabDocument, theirs: LabDocument): CellMerge {
  const [was, ours, other] = [byId(base), byId(mine), byId(theirs)];
  const conflicts: CellConflict[] = [];
  const merged = new Map<string, DocumentCell | null>();
  let settled = 0;
  for (const id of new Set([...ours.keys(), ...other.keys()])) {
    const [b, m, t] = [was.get(id) ?? null, ours.get(id) ?? null, other.get(id) ?? null];
    if (same(m, t) || same(t, b)) merged.set(id, m);
    else if (same(m, b)) {
      merged.set(id, t);
      settled += 1;
    } else conflicts.push({ id, base: b, mine: m, theirs: t });
  }
  const order = mergedOrder(mine, theirs);
  const header = JSON.stringify(mine.header) === JSON.stringify(base.header) ? theirs.header : mine.header;
  return {
    conflicts,
    settled,
    resolve: (choices) => {
      const taken = new Set(order);
      const cells = order.flatMap((id): readonly DocumentCell[] => {
        const conflict = conflicts.find((one) => one.id === id);
        if (conflict === undefined) return present(merged.get(id) ?? null);
        const side = choices.get(id) ?? "mine";
        if (side === "mine") return present(conflict.mine);
        if (side === "theirs") return present(conflict.theirs);
        const copy = `${id.slice(0, 56)}-theirs`;
        const second = conflict.theirs === null ? null : { ...conflict.theirs, id: freeId(copy, taken) };
        return [...present(conflict.mine), ...present(second)];
      });
      return { ...mine, header, cells };
    },
  };
}

const present = (cell: DocumentCell | null): readonly DocumentCell[] => (cell === null ? [] : [cell]);

function freeId(wanted: string, taken: Set<string>): string {
  let id = wanted;
  for (let count = 2; taken.has(id); count++) id = `${wanted}-${count}`;
  taken.add(id);
  return id;
}

function mergedOrder(mine: LabDocument, theirs: LabDocument): readonly string[] {
  const order = mine.cells.map(({ id }) => id);
  theirs.cells.forEach(({ id }, at) => {
    if (order.includes(id)) return;
    const before = theirs.cells[at - 1]?.id;
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, id);
  });
  return order;
}
