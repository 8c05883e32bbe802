import { ActionIcon, Popover, TextInput } from "@mantine/core";
import { CircleHelp, Search } from "lucide-react";
import { startTransition, useState } from "react";
import { changeTableView } from "./table-view.ts";
import classes from "../runs.module.css";

const EXAMPLES = [
  ["cosine", "in name, notes, tags or id"],
  ['"two words"', "the same with a blank"],
  ["kind:train status:finished", "both hold; the text is part of the value"],
  ["lr>0.01 batchSize:64,128", "a setting or a result, compared or one of several"],
  ["best.validAccuracy>=0.97", "a metric: last, best, min, max"],
  ["tag:keep -tag:junk", "with one tag and without another"],
  ["started>=2026-11-01", "times in UTC"],
  ["is:pinned is:latest has:notes", "latest: the newest run of its name"],
  ["is:notFinite", "ends with NaN or infinity"],
] as const;

/** The query; what it cannot read is said below it. */
export function FilterBox({ query, problem }: { readonly query: string; readonly problem: string | null }) {
  const [text, setText] = useState(query);
  const [seen, setSeen] = useState(query);
  if (seen !== query) {
    // A view was chosen: its query takes the place of what was typed.
    setSeen(query);
    setText(query);
  }
  const search = (wanted: string) => {
    setText(wanted);
    // The field follows each key at once, the table as soon as it can.
    startTransition(() => changeTableView({ query: wanted }));
  };
  return (
    <TextInput
      className={classes["filter"] ?? ""}
      size="xs"
      aria-label="Filter the runs"
      placeholder='kind:train lr>0.01 tag:keep "cosine"'
      leftSection={<Search size="0.875rem" aria-hidden="true" />}
      rightSection={<Help />}
      value={text}
      error={problem}
      onChange={(event) => search(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Escape" && text !== "") {
          search("");
          event.stopPropagation();
        }
      }}
    />
  );
}

function Help() {
  return (
    <Popover position="bottom-end" width="32rem" trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label="What a filter may say">
          <CircleHelp size="0.875rem" aria-hidden="true" />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <dl className={classes["examples"]}>
          {EXAMPLES.map(([example, meaning]) => (
            <div key={example}>
              <dt>
                <code>{example}</code>
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </Popover.Dropdown>
    </Popover>
  );
}
