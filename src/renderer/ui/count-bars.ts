/** A bar's share of its bin: the rest keeps it apart from the next. */
const BAR = 0.9;

/**
 * Counts as bars, the path of an SVG whose view box is `counts.length` wide and 1 high. One element: with one a bar, most
 * of a page of small histograms is bars, and each time the page is shown their styles are worked out.
 */
export function countBars(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  return counts
    .map((count, bin) =>
      count === 0 ? "" : `M${bin + (1 - BAR) / 2} 1v${(-count / most).toFixed(4)}h${BAR}V1z`,
    )
    .join("");
}
