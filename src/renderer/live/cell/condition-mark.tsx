import {
  Check,
  Circle,
  CircleDashed,
  History,
  LoaderCircle,
  OctagonAlert,
  Pencil,
  type LucideIcon,
} from "lucide-react";
import type { CellCondition, ShownCondition } from "../kernel/cell-condition.ts";
import classes from "./cell-frame.module.css";

const LOOKS: Readonly<Record<CellCondition, { readonly icon: LucideIcon; readonly tone: string }>> = {
  "never run": { icon: Circle, tone: "plain" },
  queued: { icon: CircleDashed, tone: "accent" },
  running: { icon: LoaderCircle, tone: "accent" },
  fresh: { icon: Check, tone: "good" },
  changed: { icon: Pencil, tone: "warn" },
  stale: { icon: History, tone: "warn" },
  failed: { icon: OctagonAlert, tone: "bad" },
};

/** How a cell stands: a mark and its words. */
export function ConditionMark({ shown }: { readonly shown: ShownCondition }) {
  const { icon: Icon, tone } = LOOKS[shown.condition];
  return (
    <span className={classes["condition"]} data-tone={tone} data-condition={shown.condition}>
      <Icon
        size="0.875rem"
        strokeWidth={2.5}
        aria-hidden="true"
        className={shown.condition === "running" ? classes["turning"] : undefined}
      />
      {shown.words}
    </span>
  );
}
