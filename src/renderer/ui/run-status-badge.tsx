import { Ban, Check, LoaderCircle, Unplug, X, type LucideIcon } from "lucide-react";
import type { RunStatus } from "../../shared/runs/run-records.ts";
import classes from "./verdict-badge.module.css";

const LOOK: Readonly<Record<RunStatus, { icon: LucideIcon; tone: "good" | "warn" | "bad" | "plain" }>> = {
  running: { icon: LoaderCircle, tone: "plain" },
  finished: { icon: Check, tone: "good" },
  cancelled: { icon: Ban, tone: "plain" },
  failed: { icon: X, tone: "bad" },
  interrupted: { icon: Unplug, tone: "warn" },
};

export function RunStatusBadge({ status }: { readonly status: RunStatus }) {
  const { icon: Icon, tone } = LOOK[status];
  return (
    <span className={classes["badge"]} data-tone={tone}>
      <Icon size="0.875rem" strokeWidth={2.5} aria-hidden="true" />
      {status}
    </span>
  );
}
