import { whenRested } from "./when-rested.ts";

/**
 * How near to what is shown a cell must be to have colours and formulas, in heights of what is shown. As far as Chromium
 * lays out what `content-visibility` left out, so that a cell is drawn once when it is scrolled to.
 */
const NEAR_HEIGHTS = 1.5;
/** How near it must be to have an editor. */
const SHOWN_MARGIN_PX = 100;
/** Cells that were near are told in portions that they are not. */
const PORTION = 20;

export type Nearness = "shown" | "near" | "far";
type Tell = (nearness: Nearness) => void;

/** One stack of cells: which of them are near is looked up in their order, for all of them at once. */
class CellStack {
  readonly #tells = new Map<Element, Tell>();
  readonly #container: Element;
  readonly #scroller: Element;
  /** The cells in their order; null when it has to be read again. */
  #order: readonly Element[] | null = null;
  /** What has been told that it is shown or near. */
  readonly #told = new Map<Element, Nearness>();
  #frame = 0;
  #giveUp: (() => void) | null = null;
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
    this.#told.delete(box);
    this.#reorder();
    if (this.#tells.size > 0) return false;
    cancelAnimationFrame(this.#frame);
    this.#giveUp?.();
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
    const now = this.#lookUp();
    for (const [box, nearness] of now) this.#tell(box, nearness);
    if (this.#told.size > now.size) this.#giveUp ??= whenRested(() => this.#settle());
  }

  #tell(box: Element, nearness: Nearness): void {
    if ((this.#told.get(box) ?? "far") === nearness) return;
    if (nearness === "far") this.#told.delete(box);
    else this.#told.set(box, nearness);
    this.#tells.get(box)?.(nearness);
  }

  /** While something is scrolled, what was near keeps its looks: to draw it twice would cost frames. */
  #settle(): void {
    this.#giveUp = null;
    const now = this.#lookUp();
    const gone = [...this.#told.keys()].filter((box) => !now.has(box));
    for (const box of gone.slice(0, PORTION)) this.#tell(box, "far");
    if (gone.length > PORTION) this.#giveUp = whenRested(() => this.#settle());
  }

  /** What is not far. */
  #lookUp(): ReadonlyMap<Element, Nearness> {
    this.#order ??= [...this.#container.children].filter((box) => this.#tells.has(box));
    const { top, bottom, height } = this.#scroller.getBoundingClientRect();
    // In a view that is not shown nothing is near.
    if (height === 0) return new Map();
    const margin = height * NEAR_HEIGHTS;
    return new Map(
      between(this.#order, top - margin, bottom + margin).map(({ box, rect }) => {
        const shown = rect.bottom >= top - SHOWN_MARGIN_PX && rect.top <= bottom + SHOWN_MARGIN_PX;
        return [box, shown ? "shown" : "near"];
      }),
    );
  }
}

interface PlacedBox {
  readonly box: Element;
  readonly rect: DOMRect;
}

/** Those of the boxes, which stand below each other, that reach between two heights in the window. */
function between(boxes: readonly Element[], topPx: number, bottomPx: number): readonly PlacedBox[] {
  let [from, to] = [0, boxes.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((boxes[middle]?.getBoundingClientRect().bottom ?? Infinity) < topPx) from = middle + 1;
    else to = middle;
  }
  const found: PlacedBox[] = [];
  for (const box of boxes.slice(from)) {
    const rect = box.getBoundingClientRect();
    if (rect.top > bottomPx) break;
    found.push({ box, rect });
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
 * Tells a cell how near it is to what is shown. One look a scroll: observers of intersections are computed for every
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
