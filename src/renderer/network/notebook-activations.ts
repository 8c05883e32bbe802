import { useEffect } from "react";
import {
  layerOfActivation,
  type NotebookActivation,
  type OwnLayer,
} from "../../shared/live/notebook-activation.ts";
import { activationsStore, loadActivations } from "../store/activations-store.ts";
import { useStore } from "../store/create-store.ts";

/** An activation to choose: its place is its value in a list. */
export interface ActivationOption {
  readonly value: string;
  readonly label: string;
  readonly layer: OwnLayer;
}

const labelOf = ({ name, notebook, current }: NotebookActivation): string =>
  `${name}, of ${notebook}${current ? "" : " (its cell has changed since it ran)"}`;

/** What the notebooks have defined, as it was read last. */
export function useActivationOptions(): readonly ActivationOption[] {
  return useStore(activationsStore).map((defined) => ({
    value: `notebook ${defined.documentId} ${defined.cell} ${defined.name}`,
    label: labelOf(defined),
    layer: layerOfActivation(defined),
  }));
}

/** The same, read anew whenever the view is opened. */
export function useNotebookActivations(): readonly ActivationOption[] {
  useEffect(() => void loadActivations(), []);
  return useActivationOptions();
}

/** The option that a layer came from, if it still says the same. */
export const optionOf = (
  options: readonly ActivationOption[],
  layer: OwnLayer,
): ActivationOption | undefined =>
  options.find(({ layer: one }) => JSON.stringify(one) === JSON.stringify(layer)) ??
  options.find(
    ({ layer: one }) =>
      layer.origin !== undefined &&
      one.name === layer.name &&
      one.forward === layer.forward &&
      one.backward === layer.backward,
  );
