import { createStore, useStore } from "../store/create-store.ts";

const shown = createStore<"seed" | "live">("seed");

/** Of the Notebook view: the notebook that comes with the app, or those that people write. */
export const showNotebooks = (which: "seed" | "live"): void => shown.set(which);

export const useShownNotebooks = (): "seed" | "live" => useStore(shown, (which) => which);
