import { Button, Switch } from "@mantine/core";
import { EyeOff } from "lucide-react";
import { useState } from "react";
import type { RunComparison } from "../../../shared/runs/run-comparison.ts";
import { DataTable } from "../../ui/data-table.tsx";
import tables from "../../ui/data-table.module.css";
import { ExactText } from "../../ui/exact-text.tsx";
import { shownValue } from "../table/column-names.ts";
import { RunMark } from "./run-mark.tsx";
import type { RunLook } from "./run-look.ts";
import own from "./compare.module.css";

/** Where a part of one's own comes from is a table of its own. */
const PART_ORIGIN = /(^|\.)origin\./;

const KEY = "backprop-lab.ignored-settings";

function ignoredKeys(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? stored.filter((key) => typeof key === "string") : [];
  } catch {
    return [];
  }
}

interface SettingsPartProps {
  readonly comparison: RunComparison;
  readonly looks: readonly RunLook[];
}

/** What was set differently; what is the same, and what a person does not want to see, is hidden. */
export function SettingsPart({ comparison, looks }: SettingsPartProps) {
  const settings = comparison.settings.filter(({ key }) => !PART_ORIGIN.test(key));
  const [all, setAll] = useState(false);
  const [ignored, setIgnored] = useState(ignoredKeys);
  const ignore = (keys: readonly string[]) => {
    localStorage.setItem(KEY, JSON.stringify(keys));
    setIgnored(keys);
  };
  const different = settings.filter((setting) => !setting.same);
  const same = settings.length - different.length;
  const shown = (all ? settings : different).filter(({ key }) => !ignored.includes(key));
  const hidden = settings.filter(({ key }) => ignored.includes(key)).length;
  return (
    <section className={own["part"]}>
      <h3>Settings</h3>
      <div className={own["tools"]}>
        {same > 0 && (
          <Switch
            size="xs"
            label={same === 1 ? "Also the one that is the same" : `Also the ${same} that are the same`}
            checked={all}
            onChange={(event) => setAll(event.currentTarget.checked)}
          />
        )}
        {hidden > 0 && (
          <Button size="xs" variant="subtle" onClick={() => ignore([])}>
            Show the {hidden} ignored
          </Button>
        )}
      </div>
      {different.length === 0 && !all && <p>All settings are the same.</p>}
      {shown.length > 0 && (
        <DataTable label="Settings side by side" columns="chosen">
          <RunHeads looks={looks} first="setting" />
          <tbody>
            {shown.map(({ key, same, values }) => (
              <tr key={key}>
                <th scope="row">
                  {key}
                  <button
                    type="button"
                    className={own["sort"]}
                    aria-label={`Ignore ${key}`}
                    title="Ignore in every comparison"
                    onClick={() => ignore([...ignored, key])}
                  >
                    <EyeOff size="0.75rem" aria-hidden="true" />
                  </button>
                </th>
                {values.map((value, i) => {
                  const { text, exact } = shownValue(`config.${key}`, value);
                  return (
                    <td key={looks[i]?.run.id} className={same ? tables["quiet"] : undefined}>
                      {value === null ? "–" : <ExactText text={text} exact={exact} />}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </DataTable>
      )}
    </section>
  );
}

/** The runs as columns, each with its line. */
export function RunHeads({ looks, first }: { readonly looks: readonly RunLook[]; readonly first: string }) {
  return (
    <thead>
      <tr>
        <th scope="col">{first}</th>
        {looks.map((look) => (
          <th key={look.run.id} scope="col" className={own["runHead"]} title={look.label}>
            <RunMark look={look} /> {look.label}
          </th>
        ))}
      </tr>
    </thead>
  );
}
