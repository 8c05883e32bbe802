import { createStore, useStore } from "../store/create-store.ts";

/** Whether the results have the window for themselves, without controls and navigation. */
export const presentationStore = createStore(false);

export const isPresenting = (): boolean => presentationStore.get();

export function present(on: boolean): void {
  presentationStore.set(on);
}

export const usePresentation = (): boolean => useStore(presentationStore);
