import { describe, expect, it } from "vitest";
import {
  NO_SESSION,
  withStandings,
  type Session,
} from "../../../../src/renderer/live/kernel/session-store.ts";
import type { CellStanding } from "../../../../src/shared/live/live-session.ts";

const standing = (hash: string): readonly CellStanding[] => [
  { id: "a", state: "never run", hash, because: "", tooEarly: [] },
];
const session = (hash: string | null): Session => ({
  ...NO_SESSION,
  results: new Map([["a", { outputs: [], result: null, judged: null, hash, current: true }]]),
});

describe("what a cell gave", () => {
  it("is old as soon as its text is another, and new again when the text comes back", () => {
    const changed = withStandings(session("one"), standing("two"));
    expect(changed.results.get("a")?.current).toBe(false);
    expect(withStandings(changed, standing("one")).results.get("a")?.current).toBe(true);
  });

  it("stays what it is while the cell runs, and where nothing has changed", () => {
    expect(withStandings(session(null), standing("two")).results.get("a")?.current).toBe(true);
    const before = session("one");
    expect(withStandings(before, standing("one")).results).toBe(before.results);
  });
});
