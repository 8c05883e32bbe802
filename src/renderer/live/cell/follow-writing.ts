const isText = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest(".cm-content") !== null;

/**
 * Says on the document's element whether somebody writes in a text: then groups of cells out of sight are left out of the page's
 * layout, so that a key is painted sooner. Who turns the wheel wants to see them, and has them laid out at once.
 */
export function followWriting(): void {
  const say = (writes: boolean): void => {
    document.documentElement.toggleAttribute("data-writing", writes);
  };
  globalThis.addEventListener("focusin", ({ target }) => say(isText(target)));
  globalThis.addEventListener("keydown", ({ target }) => isText(target) && say(true), { capture: true });
  globalThis.addEventListener("wheel", () => say(false), { capture: true, passive: true });
}
