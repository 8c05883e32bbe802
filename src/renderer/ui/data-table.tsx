import { useLayoutEffect, useRef, type ReactNode } from "react";
import classes from "./data-table.module.css";

interface DataTableProps {
  /** Tells this table from others on the page. */
  readonly label: string;
  /** `chosen`: as many columns as a person puts side by side; they may lie beyond the pane. */
  readonly columns?: "fixed" | "chosen";
  readonly children: ReactNode;
}

/** A table as wide as its pane; where the pane is too narrow for a line, each becomes a small list. */
export function DataTable({ label, columns = "fixed", children }: DataTableProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const width = useRef<HTMLDivElement>(null);
  const fitted = useRef<ReactNode>(null);
  useLayoutEffect(() => {
    if (scroll.current === null || columns === "chosen") return;
    // A view that is shown again makes its effects anew: most often nothing else is new.
    fitBeforePaint(scroll.current, fitted.current !== children);
    fitted.current = children;
  });
  useLayoutEffect(() => {
    const [box, ruler] = [scroll.current, width.current];
    if (box === null || ruler === null || columns === "chosen") return undefined;
    let frame = 0;
    // In the next frame: what changes sizes while they are being observed is an error of the page.
    const observer = new ResizeObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => fitBeforePaint(box, false));
    });
    observer.observe(ruler);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
    };
  }, [columns]);
  return (
    <div
      ref={scroll}
      className={classes["scroll"]}
      data-columns={columns}
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      <div ref={width} />
      <table className={classes["table"]}>
        <caption className="visually-hidden">{label}</caption>
        {children}
      </table>
    </div>
  );
}

/** Tables to look at, and whether what they hold is new. */
const toFit = new Map<HTMLElement, boolean>();
/** What a table was fitted into. */
const fittedWidthPx = new WeakMap<HTMLElement, number>();

/** With all others of the same moment: to measure one after changing another lays out the whole page each time. */
function fitBeforePaint(box: HTMLElement, isNew: boolean): void {
  if (toFit.size === 0) queueMicrotask(stackTooWide);
  toFit.set(box, isNew || toFit.get(box) === true);
}

function stackTooWide(): void {
  const boxes = [...toFit]
    .filter(([box, isNew]) => isNew || fittedWidthPx.get(box) !== box.clientWidth)
    .map(([box]) => box);
  toFit.clear();
  for (const box of boxes) box.dataset["stacked"] = "false";
  const tooWide = boxes.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1);
  for (const box of boxes) fittedWidthPx.set(box, box.clientWidth);
  for (const box of tooWide) {
    labelCells(box);
    box.dataset["stacked"] = "true";
  }
}

/** Every cell of a line gets the name of its column, which stands before it in a list. */
function labelCells(box: HTMLElement): void {
  const names = [...box.querySelectorAll("thead th")].map((head) => head.textContent.trim());
  for (const row of box.querySelectorAll<HTMLTableRowElement>("tbody tr")) {
    let column = 0;
    for (const cell of row.cells) {
      const name = cell.colSpan === 1 ? names[column] : undefined;
      if (cell.tagName === "TD" && name !== undefined) cell.dataset["label"] = name;
      column += cell.colSpan;
    }
  }
}
