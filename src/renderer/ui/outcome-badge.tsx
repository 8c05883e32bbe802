import { Ban, Check, Clock, TriangleAlert, X, type LucideIcon } from "lucide-react";
import { Badge, type Tone } from "./badge.tsx";

/** How a rung or a stage came out, as a word and a reason. */
export interface Outcome {
  readonly tone: Tone;
  readonly word: string;
  readonly reason: string;
}

const ICONS: Readonly<Record<Tone, LucideIcon>> = { good: Check, warn: TriangleAlert, bad: X, plain: Ban };

/** Icon and word; the reason stands beside it. */
export function OutcomeBadge({ outcome: { tone, word, reason } }: { readonly outcome: Outcome }) {
  return (
    <Badge tone={tone} icon={word === "waiting" ? Clock : ICONS[tone]} title={reason}>
      {word}
    </Badge>
  );
}
