/** How near to what is shown a cell must be to have colours and tools, and after a rest an editor. */
const MARGIN_PX = 300;

type Tell = (near: boolean) => void;

/** One stack of cells: which of them are near is looked up in their order, for all of them at once. */
class CellStack {
  readonly #tells = new Map<Element, Tell>();
  readonly #container: Element;
  readonly #scroller: Element;
  /** The cells in their order; null when it has to be read again. */
  #order: readonly Element[] | null = null;
  #near: ReadonlySet<Element> = new Set();
  #frame = 0;
  readonly #resizes = new ResizeObserver(() => this.#look());
  readonly #moves = new MutationObserver(() => this.#reorder());
  readonly #scrolled = (): void => this.#look();

  constructor(container: Element) {
    this.#container = container;
    this.#scroller = scrollerOf(container);
    this.#resizes.observe(container);
    this.#resizes.observe(this.#scroller);
    this.#moves.observe(container, { childList: true });
    this.#scroller.addEventListener("scroll", this.#scrolled, { passive: true });
  }

  add(box: Element, tell: Tell): void {
    this.#tells.set(box, tell);
    this.#reorder();
  }

  /** @returns whether it was the last one. */
  remove(box: Element): boolean {
    this.#tells.delete(box);
    this.#reorder();
    if (this.#tells.size > 0) return false;
    cancelAnimationFrame(this.#frame);
    this.#resizes.disconnect();
    this.#moves.disconnect();
    this.#scroller.removeEventListener("scroll", this.#scrolled);
    return true;
  }

  #reorder(): void {
    this.#order = null;
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#look());
  }

  #look(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#order ??= [...this.#container.children].filter((box) => this.#tells.has(box));
    const { top, bottom, height } = this.#scroller.getBoundingClientRect();
    // In a view that is not shown nothing is near.
    const near = new Set(height === 0 ? [] : between(this.#order, top - MARGIN_PX, bottom + MARGIN_PX));
    const before = this.#near;
    this.#near = near;
    for (const box of before) if (!near.has(box)) this.#tells.get(box)?.(false);
    for (const box of near) if (!before.has(box)) this.#tells.get(box)?.(true);
  }
}

/** Those of the boxes, which stand below each other, that reach between two heights in the window. */
function between(boxes: readonly Element[], topPx: number, bottomPx: number): readonly Element[] {
  let [from, to] = [0, boxes.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((boxes[middle]?.getBoundingClientRect().bottom ?? Infinity) < topPx) from = middle + 1;
    else to = middle;
  }
  const found: Element[] = [];
  for (const box of boxes.slice(from)) {
    if (box.getBoundingClientRect().top > bottomPx) break;
    found.push(box);
  }
  return found;
}

function scrollerOf(container: Element): Element {
  for (let box: Element | null = container; box !== null; box = box.parentElement)
    if (/auto|scroll/.test(getComputedStyle(box).overflowY)) return box;
  return document.documentElement;
}

const stacks = new Map<Element, CellStack>();

/**
 * Tells a cell whether it is near what is shown. One look a scroll: observers of intersections are computed for every
 * cell in every frame, also in those that a key waits for.
 *
 * @returns what ends it.
 */
export function watchNear(box: Element, tell: Tell): () => void {
  const container = box.parentElement;
  if (container === null) return () => undefined;
  const stack = stacks.get(container) ?? new CellStack(container);
  stacks.set(container, stack);
  stack.add(box, tell);
  return () => {
    if (stack.remove(box)) stacks.delete(container);
  };
}
