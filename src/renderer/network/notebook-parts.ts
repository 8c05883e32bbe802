import { useEffect } from "react";
import {
  composedOfPart,
  layerOfPart,
  lossOfPart,
  type NotebookPart,
  type OwnActivationLayer,
  type OwnComposedLayer,
} from "../../shared/live/notebook-part.ts";
import { composedText } from "../../shared/specs/open-layers.ts";
import type { OwnLossSpec } from "../../shared/specs/own-part-spec.ts";
import { useStore } from "../store/create-store.ts";
import { loadParts, partsStore } from "../store/parts-store.ts";

/** A part to choose: its place is its value in a list. */
export interface PartOption<S> {
  readonly value: string;
  readonly label: string;
  readonly spec: S;
}

const nameOf = ({ name, notebook }: NotebookPart): string => `${name}, of ${notebook}`;
const labelOf = (part: NotebookPart): string =>
  `${nameOf(part)}${part.current ? "" : " (its cell has changed since it ran)"}`;

/** What tells parts of one name apart whose notebooks have one title too; nothing for others. */
function telling(part: NotebookPart, parts: readonly NotebookPart[]): string {
  const alike = parts.filter((other) => other.kind === part.kind && nameOf(other) === nameOf(part));
  if (alike.length < 2) return "";
  const said = part.kind === "layer" ? composedText(part.layers) : part.forward;
  return `: ${said}`;
}

/** @param specOf Null for parts of another kind. */
function usePartOptions<S>(specOf: (part: NotebookPart) => S | null): PartOption<S>[] {
  return useStore(partsStore).flatMap((part, _at, parts) => {
    const spec = specOf(part);
    if (spec === null) return [];
    const value = `notebook ${part.documentId} ${part.cell} ${part.name}`;
    return [{ value, label: `${labelOf(part)}${telling(part, parts)}`, spec }];
  });
}

/** What the notebooks have defined, as it was read last. */
export const useActivationOptions = (): readonly PartOption<OwnActivationLayer>[] =>
  usePartOptions((part) => (part.kind === "activation" ? layerOfPart(part) : null));
export const useLossOptions = (): readonly PartOption<OwnLossSpec>[] =>
  usePartOptions((part) => (part.kind === "loss" ? lossOfPart(part) : null));
export const useLayerOptions = (): readonly PartOption<OwnComposedLayer>[] =>
  usePartOptions((part) => (part.kind === "layer" ? composedOfPart(part) : null));

/** Reads what the notebooks have defined whenever the view is opened. */
export const useNotebookParts = (): void => useEffect(() => void loadParts(), []);

type OwnSpec = OwnLossSpec | OwnComposedLayer;

/** The option that a part came from, if it still says the same. */
export const optionOf = <S extends OwnSpec>(
  options: readonly PartOption<S>[],
  part: OwnSpec,
): PartOption<S> | undefined =>
  options.find(({ spec }) => spec.origin?.codeHash === part.origin?.codeHash && saysTheSame(spec, part)) ??
  options.find(({ spec }) => part.origin !== undefined && saysTheSame(spec, part));

/** Of a layer how it is drawn is its network's. */
const saidBy = (part: OwnSpec): string =>
  JSON.stringify(["layers" in part ? part.layers : part.forward, part.backward]);

const saysTheSame = (a: OwnSpec, b: OwnSpec): boolean => a.name === b.name && saidBy(a) === saidBy(b);
