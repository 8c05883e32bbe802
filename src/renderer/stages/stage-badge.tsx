import { Ban, Check, Clock, TriangleAlert, X, type LucideIcon } from "lucide-react";
import classes from "../ui/verdict-badge.module.css";
import type { StageVerdict } from "./stage-facts.ts";

const ICONS: Readonly<Record<StageVerdict["tone"], LucideIcon>> = {
  good: Check,
  warn: TriangleAlert,
  bad: X,
  plain: Ban,
};

/** Icon and word; the reason stands beside it. */
export function StageBadge({ verdict: { tone, word, reason } }: { readonly verdict: StageVerdict }) {
  const Icon = word === "waiting" ? Clock : ICONS[tone];
  return (
    <span className={classes["badge"]} data-tone={tone} title={reason === "" ? undefined : reason}>
      <Icon size="0.9375rem" strokeWidth={2.5} aria-hidden="true" />
      {word}
    </span>
  );
}
