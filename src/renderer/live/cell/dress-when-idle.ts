import { startTransition } from "react";
import { whenRested } from "./when-rested.ts";

/** Cells of one moment: what is drawn after each takes longer than one cell's looks. */
const AT_ONCE = 8;

/** Cells without looks, in the order in which they came. */
const waiting = new Set<() => void>();
let giveUp: (() => void) | null = null;

function dressNext(): void {
  giveUp = null;
  const some = [...waiting].slice(0, AT_ONCE);
  for (const dress of some) waiting.delete(dress);
  // React then works on them in slices, and gives way to keys between two of them.
  startTransition(() => {
    for (const dress of some) dress();
  });
  if (waiting.size > 0) giveUp = whenRested(dressNext);
}

/**
 * Calls when nobody scrolls or types and all that came before has been called, some a moment: what has its colours and
 * formulas before it is scrolled to costs no frame then. @returns what gives it up.
 */
export function dressWhenIdle(dress: () => void): () => void {
  waiting.add(dress);
  giveUp ??= whenRested(dressNext);
  return () => {
    waiting.delete(dress);
    if (waiting.size > 0 || giveUp === null) return;
    giveUp();
    giveUp = null;
  };
}
