import { Ban, Check, LoaderCircle, Unplug, X, type LucideIcon } from "lucide-react";
import type { RunStatus } from "../../shared/runs/run-records.ts";
import { Badge, type Tone } from "./badge.tsx";

const LOOK: Readonly<Record<RunStatus, { icon: LucideIcon; tone: Tone }>> = {
  running: { icon: LoaderCircle, tone: "plain" },
  finished: { icon: Check, tone: "good" },
  cancelled: { icon: Ban, tone: "plain" },
  failed: { icon: X, tone: "bad" },
  interrupted: { icon: Unplug, tone: "warn" },
};

export function RunStatusBadge({ status }: { readonly status: RunStatus }) {
  const { icon, tone } = LOOK[status];
  return (
    <Badge tone={tone} icon={icon}>
      {status}
    </Badge>
  );
}
