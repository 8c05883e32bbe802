import { useEffect, useState, type RefObject } from "react";

/** How near to what is shown a cell must be to have colours and tools, and after a rest an editor. */
const MARGIN = "800px 0px";
/** Editors are made while nothing else is to do, so that scrolling never waits for one. */
const IDLE_TIMEOUT_MS = 400;

export interface Presence {
  readonly near: boolean;
  readonly editor: boolean;
}

/**
 * Whether a cell is near what is shown, and whether it has rested there long enough for an editor.
 *
 * @param wanted Somebody goes into its text: the editor comes at once, and stays.
 */
export function usePresence(element: RefObject<HTMLElement | null>, wanted: boolean): Presence {
  const [near, setNear] = useState(false);
  const [editor, setEditor] = useState(false);
  if (wanted && !editor) setEditor(true);
  useEffect(() => {
    const box = element.current;
    if (box === null) return undefined;
    let idle = 0;
    const observer = new IntersectionObserver(
      (entries) => {
        const shown = entries.at(-1)?.isIntersecting === true;
        setNear(shown);
        cancelIdleCallback(idle);
        if (shown) idle = requestIdleCallback(() => setEditor(true), { timeout: IDLE_TIMEOUT_MS });
        // Where somebody writes, the editor stays.
        else if (!box.contains(document.activeElement)) setEditor(false);
      },
      { rootMargin: MARGIN },
    );
    observer.observe(box);
    return () => {
      cancelIdleCallback(idle);
      observer.disconnect();
    };
  }, [element]);
  return { near, editor };
}
