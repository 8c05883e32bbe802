import { judgesClasses, LOSS_NAMES, LOSSES, type LossName } from "../../core/network/network.ts";
import { outputsFor, type DataEnds } from "../../shared/specs/network-spec.ts";
import type { OwnLossSpec } from "../../shared/specs/own-part-spec.ts";
import { Choice } from "./choice.tsx";
import { optionOf, useLossOptions } from "./notebook-parts.ts";

/** A loss, and what "own" stands for. */
export interface ChosenLoss {
  readonly loss: LossName;
  readonly ownLoss: OwnLossSpec | null;
}

const BY_HAND: OwnLossSpec = { name: "mine", forward: "(y - t) ** 2" };

/** The lab's losses that can judge this data, by the names that forms show. */
const lossChoices = (ends: DataEnds): { value: string; label: string }[] =>
  LOSS_NAMES.filter((loss) => loss !== "own" && outputsFor(loss, ends).length > 0).map((loss) => ({
    value: loss,
    label:
      ends.target === "classes" && !judgesClasses(loss)
        ? `${LOSSES[loss].title} of the label`
        : LOSSES[loss].title,
  }));

/** The lab's losses, those that notebooks have defined, and, with `byHand`, one whose formula is written in the form. */
export function LossField({
  chosen: { loss, ownLoss },
  ends,
  byHand,
  onChoose,
}: {
  readonly chosen: ChosenLoss;
  readonly ends: DataEnds;
  readonly byHand: boolean;
  readonly onChoose: (chosen: ChosenLoss) => void;
}) {
  const defined = useLossOptions();
  const option = ownLoss === null ? undefined : optionOf(defined, ownLoss);
  // What was chosen stays, whatever has become of its notebook.
  const kept = loss === "own" && ownLoss !== null && option === undefined;
  const label = byHand ? "own loss" : `${ownLoss?.name ?? ""}, no longer in a notebook`;
  const own = byHand || kept ? [{ value: "own", label }] : [];
  return (
    <Choice<string>
      label="Loss"
      value={loss === "own" ? (option?.value ?? "own") : loss}
      options={[...lossChoices(ends), ...defined, ...own]}
      hint={loss === "own" && ownLoss !== null && !byHand ? ownLoss.forward : ""}
      onChoose={(value) => {
        const spec = defined.find((one) => one.value === value)?.spec;
        const name = LOSS_NAMES.find((one) => one === value);
        if (spec !== undefined) onChoose({ loss: "own", ownLoss: spec });
        else if (name === "own") onChoose({ loss: name, ownLoss: withoutOrigin(ownLoss ?? BY_HAND) });
        else if (name !== undefined) onChoose({ loss: name, ownLoss });
      }}
    />
  );
}

/** A formula that is written over comes from no notebook. */
export function withoutOrigin({ origin: _origin, ...written }: OwnLossSpec): OwnLossSpec {
  return written;
}
