/** The element that holds the view that is shown. */
export const VIEW_ELEMENT_ID = "view";

/** What had the focus is gone or out of sight: keys go nowhere. */
export function isFocusNowhere(): boolean {
  const { activeElement, body } = document;
  return activeElement === null || activeElement === body || !activeElement.checkVisibility();
}

/** The view itself has the focus, on none of its controls: as what a control has lost. */
export const isFocusOnView = (): boolean => document.activeElement?.id === VIEW_ELEMENT_ID;

/** Takes a focus that would be lost into the view that is shown now: Tab goes on with its first control. */
export function keepFocusInView(): void {
  if (isFocusNowhere()) document.getElementById(VIEW_ELEMENT_ID)?.focus({ preventScroll: true });
}
