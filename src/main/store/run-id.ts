import { randomInt } from "node:crypto";
import type { RunKind } from "../../shared/runs/run-records.ts";
import { compactTime } from "./open/set-aside.ts";

const LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz";

/** `notebook-20261123T045312Z-k3f9`: readable, and sorted by time within a kind. */
export function newRunId(kind: RunKind, startedAt: Date): string {
  const tail = Array.from({ length: 4 }, () => LETTERS.charAt(randomInt(LETTERS.length))).join("");
  return `${kind}-${compactTime(startedAt)}-${tail}`;
}
