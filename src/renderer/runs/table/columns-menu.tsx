import { Button, Checkbox, Popover, TextInput } from "@mantine/core";
import { Columns3 } from "lucide-react";
import { useState } from "react";
import { columnGroups, columnLabel } from "./column-names.ts";
import { changeTableView } from "./table-view.ts";
import { useCatalogue } from "./use-catalogue.ts";
import classes from "../runs.module.css";

/** Which columns the table has: of the run, its settings, results, metrics, times. */
export function ColumnsMenu({ columns }: { readonly columns: readonly string[] }) {
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState("");
  const catalogue = useCatalogue(open);
  const choose = (column: string, on: boolean) =>
    changeTableView({ columns: on ? [...columns, column] : columns.filter((other) => other !== column) });
  const isMatching = (column: string) => columnLabel(column).toLowerCase().includes(wanted.toLowerCase());
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width="22rem" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          size="xs"
          leftSection={<Columns3 size="0.875rem" aria-hidden="true" />}
          onClick={() => setOpen(!open)}
        >
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <TextInput
          size="xs"
          aria-label="Find a column"
          placeholder="Find a column"
          data-autofocus
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
        <div className={classes["choices"]}>
          {columnGroups(catalogue).map(({ title, columns: offered }) => {
            const shown = offered.filter(isMatching);
            if (shown.length === 0) return null;
            return (
              <fieldset key={title} className={classes["choiceGroup"]}>
                <legend>{title}</legend>
                {shown.map((column) => (
                  <Checkbox
                    key={column}
                    size="xs"
                    label={columnLabel(column)}
                    checked={columns.includes(column)}
                    onChange={(event) => choose(column, event.currentTarget.checked)}
                  />
                ))}
              </fieldset>
            );
          })}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
