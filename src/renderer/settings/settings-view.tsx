import { SegmentedControl, Switch } from "@mantine/core";
import { changePreferences, usePreferences } from "../preferences/preferences.ts";
import { PlainLayout } from "../ui/view-layout.tsx";
import classes from "./settings.module.css";

const THEMES = [
  { value: "system", label: "System" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
] as const;

const MOTION = [
  { value: "system", label: "System" },
  { value: "reduced", label: "None" },
] as const;

/** How the window looks; kept on this machine. */
export function SettingsView() {
  const { theme, projector, motion } = usePreferences();
  return (
    <PlainLayout>
      <div className={classes["settings"]}>
        <section className={classes["setting"]} aria-labelledby="setting-theme">
          <div>
            <h2 id="setting-theme">Theme</h2>
            <p>Light, dark, or as the system has it. Charts follow.</p>
          </div>
          <SegmentedControl
            aria-labelledby="setting-theme"
            data={THEMES.map((entry) => ({ ...entry }))}
            value={theme}
            onChange={(value) => changePreferences({ theme: value })}
          />
        </section>
        <section className={classes["setting"]} aria-labelledby="setting-projector">
          <div>
            <h2 id="setting-projector">Projector scale</h2>
            <p>Everything 1.4 times as large, charts too: for the back row.</p>
          </div>
          <Switch
            aria-labelledby="setting-projector"
            checked={projector}
            onChange={(event) => changePreferences({ projector: event.currentTarget.checked })}
          />
        </section>
        <section className={classes["setting"]} aria-labelledby="setting-motion">
          <div>
            <h2 id="setting-motion">Motion</h2>
            <p>As the system has it, or none at all.</p>
          </div>
          <SegmentedControl
            aria-labelledby="setting-motion"
            data={MOTION.map((entry) => ({ ...entry }))}
            value={motion}
            onChange={(value) => changePreferences({ motion: value })}
          />
        </section>
      </div>
    </PlainLayout>
  );
}
