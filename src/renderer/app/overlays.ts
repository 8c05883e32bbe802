import { createStore, useStore } from "../store/create-store.ts";

/** What lies over the view; one at a time. */
export type Overlay = "palette" | "shortcuts" | null;

export const overlayStore = createStore<Overlay>(null);

export function openOverlay(which: Overlay): void {
  overlayStore.set(which);
}

export const overlayIsOpen = (): boolean => overlayStore.get() !== null;

export function useOverlay(): Overlay {
  return useStore(overlayStore);
}
