import { useEffect, useState, type RefObject } from "react";
import { watchNear } from "./watch-near.ts";

/** Editors are made when scrolling has rested and nothing else is to do, so that scrolling never waits for one. */
const REST_MS = 150;
const IDLE_TIMEOUT_MS = 400;

let scrolledAt = -Infinity;
globalThis.addEventListener(
  "scroll",
  () => {
    scrolledAt = performance.now();
  },
  { capture: true, passive: true },
);

/** Calls once nothing has been scrolled for a while. @returns what gives it up. */
export function whenRested(call: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let idle = 0;
  const look = (): void => {
    const leftMs = scrolledAt + REST_MS - performance.now();
    if (leftMs > 0) timer = setTimeout(look, leftMs);
    else idle = requestIdleCallback(call, { timeout: IDLE_TIMEOUT_MS });
  };
  look();
  return () => {
    clearTimeout(timer);
    cancelIdleCallback(idle);
  };
}

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
    let giveUp = (): void => undefined;
    const end = watchNear(box, (shown) => {
      setNear(shown);
      giveUp();
      if (shown) giveUp = whenRested(() => setEditor(true));
      // Where somebody writes, the editor stays.
      else if (!box.contains(document.activeElement)) setEditor(false);
    });
    return () => {
      giveUp();
      end();
    };
  }, [element]);
  return { near, editor };
}
