/** Room above and below the smoothed lines, as a share of their span. */
const MARGIN = 0.25;

/**
 * The y axis of losses that run away at their end: what the smoothed ones reach before that, with some room. A single
 * batch's spike, and the runaway itself, go over the edge instead of flattening everything else.
 */
export function lossRange(
  losses: readonly number[],
  smoothedLosses: readonly number[],
): { min: number; max: number } {
  const smoothed = smoothedLosses.filter(Number.isFinite);
  if (smoothed.length === 0) return { min: 0, max: 1 };
  const raw = losses.filter(Number.isFinite).sort((a, b) => a - b);
  const typical = raw[Math.floor(0.9 * raw.length)] ?? Infinity;
  const least = Math.min(...smoothed);
  // The runaway's first steps may count as "before": what nine of ten batches stay under bounds them.
  const most = Math.max(typical, Math.min(Math.max(...smoothed), 2 * typical));
  const room = MARGIN * (most - least);
  return { min: Math.max(0, least - room), max: most + room };
}
