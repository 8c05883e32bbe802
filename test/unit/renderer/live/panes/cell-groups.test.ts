import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupCells, type CellGroup } from "../../../../../src/renderer/live/panes/cell-groups.ts";

const cells = (count: number, name = "c"): string[] =>
  Array.from({ length: count }, (_, at) => `${name}${at}`);
const keysOf = (groups: readonly CellGroup[]): Map<string, string> =>
  new Map(groups.flatMap(({ key, ids }) => ids.map((id) => [id, key])));

/** Cells that an edit has put into another group. */
function movedBy(ids: readonly string[], before: readonly CellGroup[]): string[] {
  const [old, now] = [keysOf(before), keysOf(groupCells(ids, before))];
  return ids.filter((id) => old.has(id) && old.get(id) !== now.get(id));
}

const without = (ids: readonly string[], id: string): string[] => ids.filter((one) => one !== id);
const inserted = (ids: readonly string[], at: number, id: string): string[] => [
  ...ids.slice(0, at),
  id,
  ...ids.slice(at),
];

describe("groupCells()", () => {
  const ids = cells(50);
  const groups = groupCells(ids, []);

  it("makes groups of sixteen", () => {
    expect(groups.map((group) => group.ids.length)).toEqual([16, 16, 16, 2]);
    expect(groups.flatMap((group) => group.ids)).toEqual(ids);
  });

  it("leaves every cell where it was when one is inserted or deleted anywhere", () => {
    for (let at = 0; at <= ids.length; at++) expect(movedBy(inserted(ids, at, "new"), groups)).toEqual([]);
    for (const id of ids) expect(movedBy(without(ids, id), groups)).toEqual([]);
  });

  it("puts at most one cell into another group when one is moved", () => {
    for (const id of ids) {
      for (let to = 0; to < ids.length; to++) {
        expect(movedBy(inserted(without(ids, id), to, id), groups).length).toBeLessThanOrEqual(1);
      }
    }
  });

  it("begins another group behind a full one: a notebook written from its top to its end has small ones", () => {
    let written: readonly CellGroup[] = [];
    for (let count = 1; count <= 100; count++) written = groupCells(cells(count), written);
    expect(Math.max(...written.map((group) => group.ids.length))).toBeLessThanOrEqual(16);
  });

  it("holds each cell once, in order, under keys that differ, whatever was done", () => {
    const edits = fc.array(fc.tuple(fc.nat(2), fc.nat(60), fc.nat(60)), { maxLength: 60 });
    fc.assert(
      fc.property(edits, (all) => {
        let [now, kept]: [string[], readonly CellGroup[]] = [ids, groups];
        let drawn = 0;
        for (const [kind, from, to] of all) {
          const at = now.length === 0 ? 0 : from % now.length;
          const gone = now[at];
          // A deleted cell may come back by undo, under its old id.
          if (kind === 0) now = inserted(now, at, now.includes("c3") ? `n${drawn++}` : "c3");
          else if (now.length > 0) {
            now = now.toSpliced(at, 1);
            if (kind === 2) now = inserted(now, to % (now.length + 1), gone);
          }
          kept = groupCells(now, kept);
          expect(kept.flatMap((group) => group.ids)).toEqual(now);
          for (const { from, ids: members } of kept) expect(now[from]).toBe(members[0]);
          expect(new Set(kept.map(({ key }) => key)).size).toBe(kept.length);
        }
      }),
    );
  });
});
