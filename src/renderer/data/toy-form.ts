import * as v from "valibot";
import { TOYS, type Toy } from "../../core/toys/toy-points.ts";
import { MOST_TOY_ROWS, type ToyChoice } from "../../shared/experiments/toys.ts";
import { wholeNumber } from "../../shared/specs/number-schemas.ts";
import { createDraftForm, type DraftForm } from "../preferences/draft-form.ts";
import { createKeptStore } from "../preferences/kept-store.ts";
import { useStore } from "../store/create-store.ts";

type ToyField = Exclude<keyof ToyChoice, "toy">;

/** With two digits after the point, as a toy's name says it. */
const MOST_NOISE = 9.99;

export const TOY_NAMES = Object.keys(TOYS) as readonly Toy[];

const forms = createDraftForm<ToyField>("backprop-lab.toy-draft", {
  rows: wholeNumber("points", 10, MOST_TOY_ROWS),
  noise: v.pipe(
    v.number("noise must be a number"),
    v.minValue(0, "noise must be at least 0"),
    v.maxValue(MOST_NOISE, `noise must be at most ${MOST_NOISE}`),
  ),
  seed: wholeNumber("seed", 0, 0xffffffff),
});
const DEFAULTS = { rows: 400, noise: 0.1, seed: 1 };
const chosen = createKeptStore(
  "backprop-lab.toy-choice",
  v.object({ toy: v.fallback(v.picklist(TOY_NAMES), "circles") }),
);

export interface ToyForm extends Pick<DraftForm<ToyField>, "fields"> {
  readonly toy: Toy;
  readonly chooseToy: (toy: Toy) => void;
  /** What "Draw the toy" would draw, or null while a field is not valid. */
  readonly choice: ToyChoice | null;
}

export function useToyForm(): ToyForm {
  const { toy } = useStore(chosen);
  const { fields, values } = forms.useForm(DEFAULTS);
  return {
    toy,
    chooseToy: (next) => chosen.change({ toy: next }),
    fields,
    choice: values === null ? null : { toy, ...values },
  };
}
