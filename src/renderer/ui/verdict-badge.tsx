import { Check, Clock, TriangleAlert, X, type LucideIcon } from "lucide-react";
import type { Verdict } from "../../shared/runs/run-records.ts";
import { Badge, type Tone } from "./badge.tsx";

interface Look {
  readonly icon: LucideIcon;
  readonly tone: Tone;
  readonly meaning: string;
}

const VERDICT_LOOK: Readonly<Record<Verdict, Look>> = {
  exact: { icon: Check, tone: "good", meaning: "equal to the notebook's number" },
  "in band": { icon: Check, tone: "good", meaning: "a random number inside the band of its draws" },
  differs: { icon: TriangleAlert, tone: "warn", meaning: "not what the notebook has; the reason says why" },
  failed: { icon: X, tone: "bad", meaning: "an assertion or a check does not hold" },
  measured: {
    icon: Clock,
    tone: "plain",
    meaning: "this machine's time, shown beside the notebook's, not judged",
  },
};

/** Icon and word; the reason stands beside it where there is room. */
export function VerdictBadge({ verdict }: { readonly verdict: Verdict }) {
  const { icon, tone, meaning } = VERDICT_LOOK[verdict];
  return (
    <Badge tone={tone} icon={icon} title={meaning}>
      {verdict}
    </Badge>
  );
}
