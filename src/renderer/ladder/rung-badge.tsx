import { Ban, Check, Clock, TriangleAlert, X, type LucideIcon } from "lucide-react";
import classes from "../ui/verdict-badge.module.css";
import type { RungVerdict } from "./rung-verdict.ts";

const ICONS: Readonly<Record<RungVerdict["tone"], LucideIcon>> = {
  good: Check,
  warn: TriangleAlert,
  bad: X,
  plain: Ban,
};

/** Icon and word; the reason stands beside it. */
export function RungBadge({ verdict: { tone, word } }: { readonly verdict: RungVerdict }) {
  const Icon = word === "waiting" ? Clock : ICONS[tone];
  return (
    <span className={classes["badge"]} data-tone={tone}>
      <Icon size="0.9375rem" strokeWidth={2.5} aria-hidden="true" />
      {word}
    </span>
  );
}
