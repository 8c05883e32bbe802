import { createStore, useStore } from "../store/create-store.ts";

/** Whether the results have the window for themselves, without controls and navigation. */
const presentation = createStore(false);

export const isPresenting = (): boolean => presentation.get();

export function present(on: boolean): void {
  presentation.set(on);
}

export const usePresentation = (): boolean => useStore(presentation);
