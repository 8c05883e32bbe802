import { NativeSelect } from "@mantine/core";
import { columnLabel } from "./column-names.ts";
import { changeTableView } from "./table-view.ts";
import { useCatalogue } from "./use-catalogue.ts";
import classes from "../runs.module.css";

const ALWAYS = ["name", "kind", "status", "machine", "threads", "rows", "tags"];

/** Runs that share a setting as one row with mean and standard deviation, over seeds for example. */
export function GroupChoice({ groupBy }: { readonly groupBy: string | null }) {
  const { config } = useCatalogue(true);
  const keys = [...ALWAYS, ...config.filter((key) => !ALWAYS.includes(key)).map((key) => `config.${key}`)];
  const known = groupBy === null || keys.includes(groupBy) ? keys : [...keys, groupBy];
  return (
    <NativeSelect
      className={classes["group"] ?? ""}
      size="xs"
      aria-label="Group the runs"
      value={groupBy ?? ""}
      data={[
        { value: "", label: "not grouped" },
        ...known.map((column) => ({ value: column, label: `by ${columnLabel(column)}` })),
      ]}
      onChange={(event) =>
        changeTableView({ groupBy: event.currentTarget.value === "" ? null : event.currentTarget.value })
      }
    />
  );
}
