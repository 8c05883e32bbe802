/** Id of a cell's heading on the page. */
export const cellAnchor = (cell: string): string => `cell-${cell}`;

/** Scrolls to a cell and puts the focus on its heading, once the view is there. */
export function jumpToCell(cell: string): void {
  requestAnimationFrame(() => {
    const heading = document.getElementById(cellAnchor(cell));
    heading?.focus({ preventScroll: true });
    heading?.closest("article")?.scrollIntoView({ block: "start" });
  });
}
