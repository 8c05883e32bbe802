import { expect, it } from "vitest";
import { SentPrograms } from "../../../../src/main/engine/sent-programs.ts";
import { MOST_KEPT_PROGRAMS, type PlannedSection } from "../../../../src/shared/engine/worker-tasks.ts";

const section = (repeats: number, alternateFirst?: number): PlannedSection => ({
  groups: GROUPS,
  repeats,
  alternate: alternateFirst === undefined ? null : { groups: OTHERS, first: alternateFirst, every: 10 },
});
const GROUPS: PlannedSection["groups"] = [];
const OTHERS: PlannedSection["groups"] = [];

it("calls a program by its number where all of it was sent before, and only there", () => {
  const programs = new SentPrograms();
  const first = programs.numberOf([section(3)], "2 workers");
  expect(first.wasSent).toBe(false);
  expect(programs.numberOf([section(3)], "2 workers")).toEqual({ id: first.id, wasSent: true });
  const others = [
    programs.numberOf([section(3)], "1 worker"),
    programs.numberOf([section(4)], "2 workers"),
    programs.numberOf([section(3, 0)], "2 workers"),
    programs.numberOf([section(3, 5)], "2 workers"),
    programs.numberOf([section(3), section(3)], "2 workers"),
    programs.numberOf([{ ...section(3), groups: OTHERS }], "2 workers"),
  ];
  expect(others.map(({ wasSent }) => wasSent)).toEqual(others.map(() => false));
  expect(new Set([first, ...others].map(({ id }) => id)).size).toBe(7);
});

it("keeps no more than threads do, and gives no number twice", () => {
  const programs = new SentPrograms();
  const ids = Array.from(
    { length: MOST_KEPT_PROGRAMS + 1 },
    (_, at) => programs.numberOf([section(at)], "").id,
  );
  const again = programs.numberOf([section(0)], "");
  expect(again.wasSent).toBe(false);
  expect(ids).not.toContain(again.id);
});
