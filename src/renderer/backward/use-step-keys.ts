import { useEffect } from "react";
import { pressedIn } from "../ui/key-table.ts";
import { STEP_KEYS } from "./step-keys.ts";
import { goTo, stepperStore } from "./stepper-store.ts";

/** Where these keys mean something else already: fields, and what moves by arrows itself. */
const OWN_KEYS = "input, textarea, select, [contenteditable], [role=slider], [role=dialog], [role=menu]";

/** These keys walk through the steps from anywhere in the view while it is shown. */
export function useStepKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented) return;
      if (event.target instanceof Element && event.target.closest(OWN_KEYS) !== null) return;
      const { trace, at } = stepperStore.get();
      const pressed = pressedIn(STEP_KEYS, event);
      if (trace === null || pressed === undefined) return;
      event.preventDefault();
      goTo({ back: at - 1, on: at + 1, first: 0, last: trace.steps.length - 1 }[pressed]);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
