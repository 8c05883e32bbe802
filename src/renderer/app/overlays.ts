import { createStore, useStore } from "../store/create-store.ts";

/** What lies over the view; one at a time. */
export type Overlay = "palette" | "shortcuts" | null;

const overlay = createStore<Overlay>(null);

export function openOverlay(which: Overlay): void {
  overlay.set(which);
}

export const overlayIsOpen = (): boolean => overlay.get() !== null;

export function useOverlay(): Overlay {
  return useStore(overlay);
}
