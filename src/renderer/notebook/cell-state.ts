import type { CellResult } from "../../shared/runs/run-records.ts";
import type { NotebookProgress } from "../store/lab-state.ts";

export type CellState =
  | { readonly kind: "never" }
  | { readonly kind: "queued" }
  | { readonly kind: "running"; readonly since: number }
  | { readonly kind: "stopped"; readonly reason: string }
  | { readonly kind: "done"; readonly result: CellResult };

export function cellState({ results, running, queued, stopped }: NotebookProgress, id: string): CellState {
  if (running?.cell === id) return { kind: "running", since: running.since };
  if (queued.includes(id)) return { kind: "queued" };
  if (stopped?.cell === id) return { kind: "stopped", reason: stopped.reason };
  const result = results.get(id);
  return result === undefined ? { kind: "never" } : { kind: "done", result };
}

/** 1st, 2nd, 3rd, 11th, 21st. */
export function ordinal(position: number): string {
  const [tens, ones] = [position % 100, position % 10];
  if (tens >= 11 && tens <= 13) return `${position}th`;
  return `${position}${ones === 1 ? "st" : ones === 2 ? "nd" : ones === 3 ? "rd" : "th"}`;
}
