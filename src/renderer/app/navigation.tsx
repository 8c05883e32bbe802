import type { CSSProperties } from "react";
import { shortcutText } from "../ui/shortcut.ts";
import { showView, useShownView, VIEWS } from "./views.ts";
import classes from "./frame.module.css";

const ICON: CSSProperties = { flex: "none" };

export function Navigation() {
  const shown = useShownView();
  return (
    <nav className={classes["nav"]} aria-label="Views">
      <div className={classes["brand"]} aria-hidden="true">
        <span className={classes["mark"]}>∂</span>
        <span className={classes["brandName"]}>Backprop Lab</span>
      </div>
      {VIEWS.map(({ id, label, icon: Icon }, index) => (
        <button
          key={id}
          type="button"
          className={classes["navItem"]}
          aria-current={shown === id ? "page" : undefined}
          aria-label={label}
          title={`${label} (${shortcutText({ key: index < 9 ? String(index + 1) : ",", mod: true })})`}
          onClick={() => showView(id)}
        >
          <Icon size="1.125rem" style={ICON} aria-hidden="true" />
          <span className={classes["navLabel"]}>{label}</span>
        </button>
      ))}
    </nav>
  );
}
