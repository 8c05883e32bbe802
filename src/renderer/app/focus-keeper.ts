import { useEffect, useRef } from "react";
import { isFocusNowhere, isFocusOnView, keepFocusInView, VIEW_ELEMENT_ID } from "../ui/focus-view.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { trainingStateStore } from "../train/training-store.ts";

/** The browser takes the focus from what is gone or off when it draws the next frame. */
const AFTER_MS = 50;

/** What had the focus last, but for the view itself. */
let last: HTMLElement | null = null;
/** What was turned off while it had the focus. */
let lost: HTMLElement | null = null;

function remember({ target }: FocusEvent): void {
  if (!(target instanceof HTMLElement) || target.id === VIEW_ELEMENT_ID) return;
  last = target;
  lost = null;
}

/** A person who clicks beside everything wants nothing back; some browsers say the same of what is taken out of the page. */
function forget({ target }: FocusEvent): void {
  if (target === last && last?.isConnected === true && isUsable(last)) last = null;
}

const isUsable = (element: HTMLElement): boolean =>
  element.checkVisibility() && !element.matches(":disabled");

/** Where the focus went nowhere, or is where this has put it, back to what it was taken from; else into the view. */
function keepFocus(): void {
  const isParked = lost !== null && isFocusOnView();
  if (!isFocusNowhere() && !isParked) {
    lost = null;
    return;
  }
  lost ??= last;
  if (lost?.isConnected === true && isUsable(lost)) {
    lost.focus({ preventScroll: true });
  } else keepFocusInView();
}

/**
 * Buttons that start work are off while it runs, and those that end or pause it go with it: the focus of either would be
 * on nothing. It waits in the view, and comes back to a button that can be pressed again.
 */
export function FocusKeeper(): null {
  const isRunning = useStore(labStore, ({ activity }) => activity !== null);
  const isTraining = useStore(trainingStateStore, (state) => state !== null);
  useEffect(() => {
    document.addEventListener("focusin", remember);
    document.addEventListener("focusout", forget);
    return () => {
      document.removeEventListener("focusin", remember);
      document.removeEventListener("focusout", forget);
    };
  }, []);
  const work = `${isRunning} ${isTraining}`;
  const before = useRef(work);
  useEffect(() => {
    if (before.current === work) return;
    before.current = work;
    const timer = setTimeout(keepFocus, AFTER_MS);
    return () => clearTimeout(timer);
  }, [work]);
  return null;
}
