import type { Point } from "./min-max-buffer.ts";

/** The point of a line at `x` or the last before it, and the next; null where the line does not go on to both sides. */
export function neighboursOf<P extends Point>(points: readonly P[], x: number): readonly [P, P] | null {
  const next = points.findIndex((point) => point.x > x);
  const [before, after] = [points[next - 1], points[next]];
  if (before === undefined || after === undefined) return null;
  return Number.isFinite(before.y) && Number.isFinite(after.y) ? [before, after] : null;
}

/** Where the straight line through both points is at `x`. */
export const lineAt = ([before, after]: readonly [Point, Point], x: number): number =>
  before.y + ((after.y - before.y) * (x - before.x)) / (after.x - before.x);
