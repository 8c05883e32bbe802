import { Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import {
  BROKEN_IMAGES,
  MISSING,
  type ImportPlan,
  type ImportPreview,
  type SplitChoice,
} from "../../shared/experiments/data-import.ts";
import { NORMALISATIONS } from "../../shared/experiments/dataset.ts";
import { changePlan } from "./import-store.ts";
import own from "./data.module.css";

const choices = <T extends string>(table: Readonly<Record<T, string>>) =>
  Object.entries<string>(table).map(([value, label]) => ({ value: value as T, label }));

const TARGETS = choices({ classes: "a class", numbers: "a number" });
const SPLITS = {
  seed: "mixed by a seed",
  order: "the last rows, as they come",
  column: "by a column",
  files: "by the names of files or folders",
} as const;
const DEFAULTS = { seed: 1, stratified: true, validShare: 0.15, testShare: 0.15 };

/** A plan's split of another sort, with what the shares were. */
function splitBy(by: SplitChoice["by"], before: SplitChoice): SplitChoice {
  const { seed, stratified, validShare, testShare } = { ...DEFAULTS, ...before };
  switch (by) {
    case "seed":
      return { by, seed, stratified, validShare, testShare };
    case "order":
      return { by, validShare, testShare };
    case "column":
      return { by };
    case "files":
      return { by, seed, validShare };
  }
}

/** How the data becomes a data set: its name, what is predicted, splits, normalisation. */
export function PlanFields({
  preview,
  plan,
}: {
  readonly preview: ImportPreview;
  readonly plan: ImportPlan;
}) {
  const { split } = plan;
  const offered = choices(SPLITS).filter(
    ({ value }) =>
      (value !== "files" || preview.splitByFiles) &&
      (value !== "column" || plan.columns.some(({ role }) => role === "split")),
  );
  return (
    <>
      <div className={own["row"]}>
        <TextInput
          size="xs"
          label="Name"
          value={plan.title}
          maxLength={60}
          error={plan.title.trim() === "" ? "the data needs a name" : null}
          onChange={(event) => changePlan({ title: event.currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          label="To predict"
          value={plan.target}
          data={TARGETS}
          onChange={(event) => changePlan({ target: event.currentTarget.value as ImportPlan["target"] })}
        />
        <NativeSelect
          size="xs"
          label={preview.format === "images" ? "Broken images" : "Missing values"}
          value={plan.missing}
          data={preview.format === "images" ? choices(BROKEN_IMAGES) : choices(MISSING)}
          onChange={(event) => changePlan({ missing: event.currentTarget.value as ImportPlan["missing"] })}
        />
        <NativeSelect
          size="xs"
          label="Normalise"
          value={plan.normalisation}
          data={choices(NORMALISATIONS)}
          onChange={(event) =>
            changePlan({ normalisation: event.currentTarget.value as ImportPlan["normalisation"] })
          }
        />
        <LayoutField plan={plan} />
      </div>
      <div className={own["row"]} role="group" aria-label="Split">
        <NativeSelect
          size="xs"
          label="Validation and test rows"
          value={split.by}
          data={offered}
          onChange={(event) =>
            changePlan({ split: splitBy(event.currentTarget.value as SplitChoice["by"], split) })
          }
        />
        {"validShare" in split && (
          <ShareField
            label="Validation share"
            value={split.validShare}
            onSet={(validShare) => changePlan({ split: { ...split, validShare } })}
          />
        )}
        {"testShare" in split && (
          <ShareField
            label="Test share"
            value={split.testShare}
            onSet={(testShare) => changePlan({ split: { ...split, testShare } })}
          />
        )}
        {"seed" in split && (
          <ShareField
            whole
            label="Seed of the split"
            value={split.seed}
            onSet={(seed) => changePlan({ split: { ...split, seed } })}
          />
        )}
        {split.by === "seed" && plan.target === "classes" && (
          <Checkbox
            size="xs"
            label="Every class alike"
            checked={split.stratified}
            onChange={(event) => changePlan({ split: { ...split, stratified: event.currentTarget.checked } })}
          />
        )}
      </div>
    </>
  );
}

interface ShareFieldProps {
  readonly label: string;
  readonly value: number;
  readonly whole?: boolean;
  readonly onSet: (value: number) => void;
}

/** A number that is set when it is one. */
function ShareField({ label, value, whole = false, onSet }: ShareFieldProps) {
  const [text, setText] = useState(String(value));
  const sound = (given: string): boolean =>
    whole ? /^\d{1,9}$/.test(given) : given.trim() !== "" && Number(given) >= 0 && Number(given) <= 0.9;
  return (
    <TextInput
      size="xs"
      label={label}
      value={text}
      error={sound(text) ? null : whole ? "a whole number" : "0 to 0.9"}
      inputMode="decimal"
      style={{ width: "8rem" }}
      onChange={(event) => {
        setText(event.currentTarget.value);
        if (sound(event.currentTarget.value)) onSet(Number(event.currentTarget.value));
      }}
    />
  );
}

/** "28 × 28" or "32 × 32 × 3", or nothing where rows are no images. */
function LayoutField({ plan }: { readonly plan: ImportPlan }) {
  const { layout } = plan;
  const [text, setText] = useState(
    layout === null
      ? ""
      : [layout.height, layout.width, ...(layout.channels === 1 ? [] : [layout.channels])].join(" × "),
  );
  const parts = /^\s*(\d+)\s*[x×*]\s*(\d+)(?:\s*[x×*]\s*([1-4]))?\s*$/i.exec(text);
  return (
    <TextInput
      size="xs"
      label="Image size"
      placeholder="no images"
      value={text}
      error={text.trim() === "" || parts !== null ? null : "height × width, or × channels"}
      style={{ width: "9rem" }}
      onChange={(event) => {
        const given = event.currentTarget.value;
        setText(given);
        const [, height, width, channels = "1"] =
          /^\s*(\d+)\s*[x×*]\s*(\d+)(?:\s*[x×*]\s*([1-4]))?\s*$/i.exec(given) ?? [];
        if (given.trim() === "") changePlan({ layout: null });
        else if (height !== undefined && width !== undefined)
          changePlan({
            layout: { height: Number(height), width: Number(width), channels: Number(channels) },
          });
      }}
    />
  );
}
