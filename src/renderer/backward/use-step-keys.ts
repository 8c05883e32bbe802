import { useEffect } from "react";
import { goTo, stepperStore } from "./stepper-store.ts";

/** Where these keys mean something else already: fields, and what moves by arrows itself. */
const OWN_KEYS = "input, textarea, select, [contenteditable], [role=slider], [role=dialog], [role=menu]";

/** Arrow keys, Home and End walk through the steps from anywhere in the view while it is shown. */
export function useStepKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      if (event.target instanceof Element && event.target.closest(OWN_KEYS) !== null) return;
      const { trace, at } = stepperStore.get();
      if (trace === null) return;
      const places: Readonly<Record<string, number>> = {
        ArrowRight: at + 1,
        ArrowLeft: at - 1,
        Home: 0,
        End: trace.steps.length - 1,
      };
      const to = places[event.key];
      if (to === undefined) return;
      event.preventDefault();
      goTo(to);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
