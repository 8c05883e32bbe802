import type { CellStanding } from "../../../shared/live/live-session.ts";
import type { Session } from "./session-store.ts";

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
  { standings, results, state }: Pick<Session, "standings" | "results" | "state">,
): ShownCondition {
  if (state?.running?.cell === id) {
    return { condition: "running", words: state.stopping ? "stopping" : "running" };
  }
  if (state?.queued.includes(id) === true) return { condition: "queued", words: "queued" };
  const standing = standings.get(id);
  const condition = standing?.state ?? "never run";
  // Its numbers stand below, from before the kernel began; its variables are gone.
  if (condition === "never run" && results.get(id)?.result) return { condition, words: "run earlier" };
  if (condition !== "stale") return { condition, words: condition };
  const because = standing?.because ?? "";
  return { condition, words: because === "" ? "stale" : `stale: ${because} changed` };
}
