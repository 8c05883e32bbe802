import { useMemo } from "react";
import {
  LADDER_PRESETS,
  ladderPresetSchema,
  ladderSettingsSchema,
  productShapeSchema,
  type LadderPreset,
  type LadderSettings,
  type ProductShape,
} from "../../shared/experiments/ladder.ts";
import { createDraftForm, type DraftForm } from "../preferences/draft-form.ts";
import { parseObject } from "../preferences/preferences.ts";
import { createStore, useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";

export type ShapeField = keyof ProductShape;
export type LadderField = "threads" | "budgetSeconds" | "seed";

interface Choice {
  readonly preset: LadderPreset;
  readonly scaling: boolean;
}

const CHOICE_KEY = "backprop-lab.ladder-choice";
const DEFAULT_CHOICE: Choice = { preset: "notebook", scaling: false };
const DEFAULT_SHAPE: Readonly<Record<ShapeField, number>> = { m: 500, k: 500, n: 500 };
const BUDGET_SECONDS = 10;
const SEED = 42;

const { threads, budgetSeconds, seed } = ladderSettingsSchema.entries;
const numberForms = createDraftForm<LadderField>("backprop-lab.ladder-draft", {
  threads,
  budgetSeconds,
  seed,
});
const shapeForms = createDraftForm<ShapeField>("backprop-lab.ladder-shape-draft", productShapeSchema.entries);
const choice = createStore(parseChoice(localStorage.getItem(CHOICE_KEY)));

/** Whatever is in storage, made valid. */
export function parseChoice(text: string | null): Choice {
  const { preset, scaling } = parseObject(text);
  return {
    preset: ladderPresetSchema.options.find((known) => known === preset) ?? DEFAULT_CHOICE.preset,
    scaling: scaling === true,
  };
}

function choose(change: Partial<Choice>): void {
  const next = { ...choice.get(), ...change };
  localStorage.setItem(CHOICE_KEY, JSON.stringify(next));
  choice.set(next);
}

export interface LadderForm extends Choice {
  readonly choose: (change: Partial<Choice>) => void;
  readonly numbers: DraftForm<LadderField>;
  readonly shape: DraftForm<ShapeField>;
  /** What "Run ladder" would run, or null while a field is not valid. */
  readonly settings: LadderSettings | null;
  readonly changed: boolean;
  readonly reset: () => void;
}

export function useLadderForm(): LadderForm {
  const machineThreads = useStore(labStore, (state) => state.threads) ?? 1;
  const defaults = useMemo(() => defaultsFor(machineThreads), [machineThreads]);
  const chosen = useStore(choice);
  const numbers = numberForms.useForm(defaults);
  const shape = shapeForms.useForm(DEFAULT_SHAPE);
  return useMemo(() => {
    const settings = ladderSettings(chosen, numbers.values, shape.values);
    const changed =
      numbers.changed || shape.changed || chosen.scaling || chosen.preset !== DEFAULT_CHOICE.preset;
    const reset = () => {
      numbers.reset();
      shape.reset();
      choose(DEFAULT_CHOICE);
    };
    return { ...chosen, choose, numbers, shape, settings, changed, reset };
  }, [chosen, numbers, shape]);
}

/** Puts a ladder's settings into the form. */
export function takeLadderSettings(settings: LadderSettings): void {
  const defaults = defaultsFor(labStore.get().threads ?? 1);
  const numbers = numberForms.read(defaults).fields;
  for (const name of ["threads", "budgetSeconds", "seed"] as const) numbers[name].set(String(settings[name]));
  if (settings.preset === "custom") {
    const shape = shapeForms.read(DEFAULT_SHAPE).fields;
    for (const name of ["m", "k", "n"] as const) shape[name].set(String(settings.shape[name]));
  }
  choose({ preset: settings.preset, scaling: settings.scaling });
}

/** The settings as main wants them; the typed shape counts for a custom ladder only. */
export function ladderSettings(
  { preset, scaling }: Choice,
  numbers: Readonly<Record<LadderField, number>> | null,
  typed: Readonly<Record<ShapeField, number>> | null,
): LadderSettings | null {
  const shape = preset === "custom" ? typed : LADDER_PRESETS[preset].shapes[0];
  if (numbers === null || shape === null) return null;
  const { m, k, n } = shape;
  return { preset, scaling, shape: { m, k, n }, ...numbers };
}

const defaultsFor = (machineThreads: number): Readonly<Record<LadderField, number>> => ({
  threads: machineThreads,
  budgetSeconds: BUDGET_SECONDS,
  seed: SEED,
});
