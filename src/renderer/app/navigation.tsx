import type { CSSProperties } from "react";
import { COMMAND_KEYS } from "../../shared/ipc/window-commands.ts";
import { shortcutOf } from "../ui/key-table.ts";
import { shortcutText } from "../ui/shortcut.ts";
import { showView, useShownView, VIEWS } from "./views.ts";
import classes from "./frame.module.css";

/** "(Ctrl+1)". */
const keyWords = (keys: string): string => `(${shortcutText(shortcutOf(keys))})`;
const ICON: CSSProperties = { flex: "none" };

export function Navigation() {
  const shown = useShownView();
  return (
    <nav className={classes["nav"]} aria-label="Views">
      <div className={classes["brand"]} aria-hidden="true">
        <span className={classes["mark"]}>∂</span>
        <span className={classes["brandName"]}>Backprop Lab</span>
      </div>
      {VIEWS.map(({ id, label, icon: Icon }) => (
        <button
          key={id}
          type="button"
          className={classes["navItem"]}
          aria-current={shown === id ? "page" : undefined}
          aria-label={label}
          title={[label, ...COMMAND_KEYS[`show-${id}`].map(keyWords)].join(" ")}
          onClick={() => showView(id)}
        >
          <Icon size="1.125rem" style={ICON} aria-hidden="true" />
          <span className={classes["navLabel"]}>{label}</span>
        </button>
      ))}
    </nav>
  );
}
