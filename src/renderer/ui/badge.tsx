import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import classes from "./verdict-badge.module.css";

export type Tone = "good" | "warn" | "bad" | "plain";

interface BadgeProps {
  readonly tone: Tone;
  readonly icon: LucideIcon;
  /** The reason, where there is no room beside the badge. */
  readonly title?: string | undefined;
  readonly children: ReactNode;
}

/** An icon and a word: colour is never the only signal. */
export function Badge({ tone, icon: Icon, title, children }: BadgeProps) {
  return (
    <span className={classes["badge"]} data-tone={tone} title={title === "" ? undefined : title}>
      <Icon className={classes["icon"]} size="0.9375rem" strokeWidth={2.5} aria-hidden="true" />
      {children}
    </span>
  );
}
