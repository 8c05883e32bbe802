import { whenRested } from "./when-rested.ts";

const isText = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest(".cm-content") !== null;

let isWriting = false;
/** The notebook is hidden, or was shown a moment ago. */
let isArriving = true;
/** While it is shown: lays out all of it. */
let arrive: (() => void) | null = null;

/** Says on the document's element whether groups of cells out of sight are left out of the page's layout. */
function say(): void {
  document.documentElement.toggleAttribute("data-pass-over", isWriting || isArriving);
}

function write(does: boolean): void {
  isWriting = does;
  say();
}

/**
 * Passes over what is out of sight where somebody writes in a text: a key is painted sooner so. Who turns the wheel wants
 * to see it, and has it laid out at once.
 */
export function passOverWhileWriting(): void {
  globalThis.addEventListener("focusin", ({ target }) => write(isText(target)));
  globalThis.addEventListener("keydown", ({ target }) => isText(target) && write(true), { capture: true });
  globalThis.addEventListener(
    "wheel",
    () => {
      arrive?.();
      write(false);
    },
    { capture: true, passive: true },
  );
}

/** The same where a notebook is shown, until nothing else is to do: it is there sooner so. @returns what hides it. */
export function passOverUntilRested(): () => void {
  say();
  arrive = () => {
    isArriving = false;
    say();
  };
  const giveUp = whenRested(arrive);
  return () => {
    giveUp();
    arrive = null;
    // Already now: an editor that is made when it is shown again has the page laid out before any effect of the list.
    isArriving = true;
    write(false);
  };
}
