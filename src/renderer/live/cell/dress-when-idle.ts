import { whenRested } from "./when-rested.ts";

/** Cells without looks, in the order in which they came. */
const waiting = new Set<() => void>();
let giveUp: (() => void) | null = null;

function dressNext(): void {
  giveUp = null;
  const [next] = waiting;
  if (next === undefined) return;
  waiting.delete(next);
  next();
  if (waiting.size > 0) giveUp = whenRested(dressNext);
}

/**
 * Calls when nobody scrolls or types and all that came before has been called, one a moment: what has its colours and
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
