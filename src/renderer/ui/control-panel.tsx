import type { ReactNode } from "react";
import classes from "./controls.module.css";

interface ControlPanelProps {
  /** The view's primary button first, then what it will need: always in sight, however long the settings are. */
  readonly actions: ReactNode;
  readonly children: ReactNode;
}

/** The settings of a view, which scroll, above what can be done with them, which does not. */
export function ControlPanel({ actions, children }: ControlPanelProps) {
  return (
    <div className={classes["panel"]}>
      <div className={classes["controls"]}>{children}</div>
      <div className={classes["actions"]} role="group" aria-label="Run">
        {actions}
      </div>
    </div>
  );
}
