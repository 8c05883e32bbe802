import { useEffect, useState, type RefObject } from "react";
import { createStore, useStore } from "../../store/create-store.ts";

/** True while the page is being printed: every chart is drawn then. */
export const printingStore = createStore(false);

/** True from the moment the element comes near the visible part of the page: a notebook has many charts. */
export function useNearViewport(element: RefObject<HTMLElement | null>): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (near || element.current === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setNear(true);
      },
      { rootMargin: "400px" },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [near, element]);
  // On paper there is no viewport.
  const printing = useStore(printingStore);
  return near || printing;
}
