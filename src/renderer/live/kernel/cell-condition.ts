import type { CellStanding, LiveState } from "../../../shared/live/live-session.ts";

/** How a cell stands, as a mark and a word. */
export type CellCondition = CellStanding["state"] | "queued" | "running";

export interface ShownCondition {
  readonly condition: CellCondition;
  /** "stale: w1 changed" */
  readonly words: string;
}

/** What a cell that can run is doing, or where it stands. */
export function conditionOf(
  id: string,
  standing: CellStanding | undefined,
  state: LiveState | null,
): ShownCondition {
  if (state?.running?.cell === id) {
    return { condition: "running", words: state.stopping ? "stopping" : "running" };
  }
  if (state?.queued.includes(id) === true) return { condition: "queued", words: "queued" };
  const condition = standing?.state ?? "never run";
  if (condition !== "stale") return { condition, words: condition };
  const because = standing?.because ?? "";
  return { condition, words: because === "" ? "stale" : `stale: ${because} changed` };
}
