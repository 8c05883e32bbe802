/** A bar's share of its bin, and what keeps it apart from the next on either side. */
const BAR = 0.9;
const GAP = 0.05;

/**
 * Counts as bars, the path of an SVG whose view box is `counts.length` wide and 1 high. One element: with one a bar, most
 * of a page of small histograms is bars, and each time the page is shown their styles are worked out.
 */
export function countBars(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  return counts
    .map((count, bin) => (count === 0 ? "" : `M${bin + GAP} 1v${(-count / most).toFixed(4)}h${BAR}V1z`))
    .join("");
}
