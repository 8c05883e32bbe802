import type { ReactNode } from "react";
import classes from "./view-layout.module.css";

interface ViewLayoutProps {
  readonly controls: ReactNode;
  /** Name of the controls column for those who jump by landmarks. */
  readonly controlsLabel: string;
  readonly children: ReactNode;
}

/** What I choose at the left, what came out at the right; each side scrolls by itself. */
export function ViewLayout({ controls, controlsLabel, children }: ViewLayoutProps) {
  return (
    <div className={classes["layout"]}>
      <section className={classes["controls"]} aria-label={controlsLabel} tabIndex={-1}>
        {controls}
      </section>
      <section className={classes["results"]} aria-label="Results" tabIndex={-1}>
        {children}
      </section>
    </div>
  );
}

/** A view without controls. */
export function PlainLayout({ children }: { readonly children: ReactNode }) {
  return <div className={classes["plain"]}>{children}</div>;
}
