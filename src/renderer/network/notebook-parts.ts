import { useEffect } from "react";
import {
  layerOfPart,
  lossOfPart,
  type NotebookPart,
  type OwnLayer,
} from "../../shared/live/notebook-part.ts";
import type { OwnLossSpec } from "../../shared/specs/own-part-spec.ts";
import { useStore } from "../store/create-store.ts";
import { loadParts, partsStore } from "../store/parts-store.ts";

/** A part to choose: its place is its value in a list. */
export interface PartOption<S> {
  readonly value: string;
  readonly label: string;
  readonly spec: S;
}

const labelOf = ({ name, notebook, current }: NotebookPart): string =>
  `${name}, of ${notebook}${current ? "" : " (its cell has changed since it ran)"}`;

function usePartOptions<S>(kind: NotebookPart["kind"], specOf: (part: NotebookPart) => S): PartOption<S>[] {
  return useStore(partsStore)
    .filter((part) => part.kind === kind)
    .map((part) => ({
      value: `notebook ${part.documentId} ${part.cell} ${part.name}`,
      label: labelOf(part),
      spec: specOf(part),
    }));
}

/** What the notebooks have defined, as it was read last. */
export const useActivationOptions = (): readonly PartOption<OwnLayer>[] =>
  usePartOptions("activation", layerOfPart);
export const useLossOptions = (): readonly PartOption<OwnLossSpec>[] => usePartOptions("loss", lossOfPart);

/** Reads what the notebooks have defined whenever the view is opened. */
export const useNotebookParts = (): void => useEffect(() => void loadParts(), []);

/** The option that a part came from, if it still says the same. */
export const optionOf = <S extends OwnLossSpec>(
  options: readonly PartOption<S>[],
  part: OwnLossSpec,
): PartOption<S> | undefined =>
  options.find(({ spec }) => spec.origin?.codeHash === part.origin?.codeHash && saysTheSame(spec, part)) ??
  options.find(({ spec }) => part.origin !== undefined && saysTheSame(spec, part));

const saysTheSame = (a: OwnLossSpec, b: OwnLossSpec): boolean =>
  a.name === b.name && a.forward === b.forward && a.backward === b.backward;
