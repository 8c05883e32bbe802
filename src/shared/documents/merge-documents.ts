import type { DocumentCell, LabDocument } from "./lab-document.ts";

/** Which side of a cell goes into the merged document. */
export type MergeSide = "mine" | "theirs" | "both";

/** A cell of which at least one side is not what both began with. */
export interface MergedCell {
  readonly id: string;
  /** Null where that side has deleted it, or never had it. */
  readonly base: DocumentCell | null;
  readonly mine: DocumentCell | null;
  readonly theirs: DocumentCell | null;
  /** `mine` or `theirs`: only that side changed it. `both`: both did, differently: a person chooses. */
  readonly changedBy: MergeSide;
}

export interface DocumentMerge {
  /** In the merged order. */
  readonly changed: readonly MergedCell[];
  /** Whether any cell was changed on both sides. */
  readonly needsChoice: boolean;
  /** The merged document: what only one side changed is taken; where both did, `choose` says, mine without it. */
  readonly merged: (choose?: (id: string) => MergeSide) => LabDocument;
}

const sameCell = (a: DocumentCell | null, b: DocumentCell | null): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** Ids of both sides: mine in their order, each of theirs that I lack behind its neighbour above. */
function mergedOrder(mine: readonly DocumentCell[], theirs: readonly DocumentCell[]): readonly string[] {
  const order = mine.map(({ id }) => id);
  const present = new Set(order);
  theirs.forEach(({ id }, place) => {
    if (present.has(id)) return;
    const above = theirs[place - 1];
    order.splice(above === undefined ? 0 : order.indexOf(above.id) + 1, 0, id);
    present.add(id);
  });
  return order;
}

/** An id for the second of two cells that both go in. */
function idBeside(id: string, taken: ReadonlySet<string>): string {
  for (let count = 2; ; count++) {
    const suffix = `-${count}`;
    const candidate = `${id.slice(0, 64 - suffix.length)}${suffix}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/**
 * Merges two texts that began as one, cell by cell: what only one side changed, added or deleted is taken from it.
 * Cells are known by their ids. The order is mine where I have moved cells, with theirs put behind their neighbours.
 */
export function mergeDocuments(base: LabDocument, mine: LabDocument, theirs: LabDocument): DocumentMerge {
  const byId = (document: LabDocument) => new Map(document.cells.map((cell) => [cell.id, cell]));
  const [bases, mines, others] = [byId(base), byId(mine), byId(theirs)];
  const sameIds = (a: LabDocument, b: LabDocument): boolean =>
    a.cells.length === b.cells.length && a.cells.every(({ id }, at) => id === b.cells[at]?.id);
  // Whoever has moved nothing follows the other one.
  const order = sameIds(mine, base)
    ? mergedOrder(theirs.cells, mine.cells)
    : mergedOrder(mine.cells, theirs.cells);
  const compared = order.map((id) => {
    const cell = {
      id,
      base: bases.get(id) ?? null,
      mine: mines.get(id) ?? null,
      theirs: others.get(id) ?? null,
    };
    const [mineChanged, theirsChanged] = [!sameCell(cell.mine, cell.base), !sameCell(cell.theirs, cell.base)];
    const changedBy: MergeSide | null =
      mineChanged && theirsChanged && !sameCell(cell.mine, cell.theirs)
        ? "both"
        : mineChanged
          ? "mine"
          : theirsChanged
            ? "theirs"
            : null;
    return { ...cell, changedBy };
  });
  const takeTheirs = (field: "header" | "metadata"): boolean =>
    JSON.stringify(mine[field]) === JSON.stringify(base[field]);
  const changed = compared.flatMap(({ changedBy, ...cell }) =>
    changedBy === null ? [] : [{ ...cell, changedBy }],
  );
  return {
    changed,
    needsChoice: changed.some(({ changedBy }) => changedBy === "both"),
    merged: (choose = () => "mine") => {
      const taken = new Set(order);
      const cells = compared.flatMap(({ id, changedBy, mine: ours, theirs: other }) => {
        const side = changedBy === "both" ? choose(id) : (changedBy ?? "mine");
        if (side !== "both") return [side === "mine" ? ours : other];
        if (ours === null || other === null) return [ours ?? other];
        const beside = { ...other, id: idBeside(id, taken) };
        taken.add(beside.id);
        return [ours, beside];
      });
      return {
        header: takeTheirs("header") ? theirs.header : mine.header,
        metadata: takeTheirs("metadata") ? theirs.metadata : mine.metadata,
        cells: cells.filter((cell) => cell !== null),
      };
    },
  };
}
