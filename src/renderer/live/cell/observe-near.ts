/** How near to what is shown a cell must be to have colours and results, and after a rest an editor. */
const MARGIN = "800px 0px";

const listeners = new WeakMap<Element, (near: boolean) => void>();
/** One for all cells: whenever the page is drawn, the browser goes through every observer there is. */
let observer: IntersectionObserver | null = null;

/** Tells whether an element is near what is shown, now and whenever that changes. @returns what ends it. */
export function observeNear(element: Element, tell: (near: boolean) => void): () => void {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) listeners.get(target)?.(isIntersecting);
    },
    { rootMargin: MARGIN },
  );
  listeners.set(element, tell);
  observer.observe(element);
  return () => {
    observer?.unobserve(element);
    listeners.delete(element);
  };
}
