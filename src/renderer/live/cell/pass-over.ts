import { whenRested } from "./when-rested.ts";

const isText = (target: Element | EventTarget | null): boolean =>
  target instanceof Element && target.closest(".cm-content") !== null;

/** Says on the document's element whether groups of cells out of sight are left out of the page's layout. */
const passOver = (does: boolean): void => {
  document.documentElement.toggleAttribute("data-pass-over", does);
};

/**
 * Passes over what is out of sight where somebody writes in a text: a key is painted sooner so. Who turns the wheel wants
 * to see it, and has it laid out at once.
 */
export function passOverWhileWriting(): void {
  globalThis.addEventListener("focusin", ({ target }) => passOver(isText(target)));
  globalThis.addEventListener("keydown", ({ target }) => isText(target) && passOver(true), { capture: true });
  globalThis.addEventListener("wheel", () => passOver(false), { capture: true, passive: true });
}

/** The same where a notebook is shown, until nothing else is to do: it is there sooner so. @returns what hides it. */
export function passOverUntilRested(): () => void {
  passOver(true);
  const giveUp = whenRested(() => passOver(isText(document.activeElement)));
  return () => {
    giveUp();
    // For the next time: what is laid out before an effect comes is laid out whole.
    passOver(true);
  };
}
