import { useState, type KeyboardEvent, type PointerEvent } from "react";

export interface Cell {
  readonly row: number;
  readonly column: number;
}

export interface CellGrid {
  readonly rows: number;
  readonly columns: number;
}

const MOVES: Readonly<Record<string, readonly [down: number, right: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

const within = (place: number, size: number): number => Math.min(size - 1, Math.max(0, place));

/** The cell that a key moves to from another one, or from the first; null where the key moves nothing. */
export function cellAfter(key: string, from: Cell | null, { rows, columns }: CellGrid): Cell | null {
  if (key === "Home") return { row: 0, column: 0 };
  if (key === "End") return { row: rows - 1, column: columns - 1 };
  const move = MOVES[key];
  if (move === undefined) return null;
  if (from === null) return { row: 0, column: 0 };
  return { row: within(from.row + move[0], rows), column: within(from.column + move[1], columns) };
}

interface CellPointerSettings extends CellGrid {
  readonly words: (cell: Cell) => string;
  /** Where cells can be opened. */
  readonly onOpen: ((cell: Cell) => void) | null;
}

/** Pointing at a cell says what it holds; where cells open, a click or Enter does it, and arrow keys go from cell to cell. */
export function useCellPointer({ rows, columns, words, onOpen }: CellPointerSettings) {
  const [pointed, setPointed] = useState<Cell | null>(null);
  const [said, setSaid] = useState("");

  const cellAt = (event: PointerEvent<HTMLElement>): Cell => {
    const box = event.currentTarget.getBoundingClientRect();
    return {
      row: within(Math.floor(((event.clientY - box.top) / box.height) * rows), rows),
      column: within(Math.floor(((event.clientX - box.left) / box.width) * columns), columns),
    };
  };

  const onPointerMove = (event: PointerEvent<HTMLElement>): void => {
    const cell = cellAt(event);
    if (cell.row !== pointed?.row || cell.column !== pointed.column) setPointed(cell);
  };
  const onPointerUp = (event: PointerEvent<HTMLElement>): void => {
    if (event.button === 0) onOpen?.(cellAt(event));
  };

  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === "Enter" || event.key === " ") {
      if (pointed !== null) onOpen?.(pointed);
    } else {
      const next = cellAfter(event.key, pointed, { rows, columns });
      if (next === null) return;
      setPointed(next);
      setSaid(words(next));
    }
    event.preventDefault();
  };

  return {
    pointed,
    said,
    pointer: { onPointerMove, onPointerUp, onPointerLeave: () => setPointed(null) },
    onKeyDown,
    forget: () => setPointed(null),
  };
}
