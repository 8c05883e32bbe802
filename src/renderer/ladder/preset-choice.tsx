import { SegmentedControl } from "@mantine/core";
import { LADDER_PRESETS, ladderPresetSchema, type LadderPreset } from "../../shared/experiments/ladder.ts";
import { shapeText } from "./ladder-results.ts";
import classes from "./ladder-controls.module.css";

interface PresetChoiceProps {
  readonly preset: LadderPreset;
  readonly onChoose: (preset: LadderPreset) => void;
}

/** Which product is climbed: the notebook's sizes, a sweep, or one of my own. */
export function PresetChoice({ preset, onChoose }: PresetChoiceProps) {
  return (
    <SegmentedControl
      fullWidth
      orientation="vertical"
      aria-label="Product"
      value={preset}
      data={ladderPresetSchema.options.map((value) => ({ value, label: <PresetLabel preset={value} /> }))}
      onChange={onChoose}
    />
  );
}

function PresetLabel({ preset }: { readonly preset: LadderPreset }) {
  const { title, shape } = words(preset);
  return (
    <span className={classes["preset"]}>
      <span>{title}</span>
      <span className={`${classes["shape"] ?? ""} mono`}>{shape}</span>
    </span>
  );
}

function words(preset: LadderPreset): { readonly title: string; readonly shape: string } {
  if (preset === "custom") return { title: "Custom", shape: "m × k × n" };
  const { title, shapes } = LADDER_PRESETS[preset];
  if (preset !== "square") return { title, shape: shapeText(shapes[0]) };
  return { title, shape: `${shapes[0].m}³ … ${Math.max(...shapes.map(({ m }) => m))}³` };
}
