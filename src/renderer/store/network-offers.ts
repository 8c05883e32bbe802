import { showView } from "../app/views.ts";
import type { NetworkSpec } from "../../shared/specs/network-spec.ts";
import { createStore } from "./create-store.ts";

/** Views that take a whole network. */
export const NETWORK_VIEWS = {
  train: "Train",
  initialise: "Initialise",
  backward: "Backward",
  gradients: "Gradients",
} as const;
export type NetworkView = keyof typeof NETWORK_VIEWS;

/** A network on its way from one view to another. */
const offers = createStore<{ readonly view: NetworkView; readonly spec: NetworkSpec } | null>(null);

/** Shows a view with this network in its form. */
export function openNetworkIn(view: NetworkView, spec: NetworkSpec): void {
  offers.set({ view, spec });
  showView(view);
}

/** Takes what is, or will be, offered to a view. */
export function takeOffers(view: NetworkView, take: (spec: NetworkSpec) => void): void {
  const look = (): void => {
    const offer = offers.get();
    if (offer?.view === view) take(offer.spec);
  };
  offers.subscribe(look);
  look();
}
