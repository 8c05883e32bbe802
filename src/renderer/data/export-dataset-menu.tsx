import { Button, Menu } from "@mantine/core";
import { Download } from "lucide-react";
import type { DatasetFormat } from "../../shared/experiments/dataset-formats.ts";
import { exportDataset } from "./import-store.ts";

const TITLES: Readonly<Record<DatasetFormat, string>> = {
  csv: "CSV: a table, for any program",
  parquet: "Parquet: a table, for pandas, Polars and R",
  npz: "Arrays (.npz), for NumPy",
};

/** All rows of a data set with their splits, as a file for other tools. */
export function ExportDatasetMenu({ id }: { readonly id: string }) {
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button variant="default" leftSection={<Download size="1rem" aria-hidden="true" />}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void exportDataset(id, "csv")}>{TITLES.csv}</Menu.Item>
        <Menu.Item onClick={() => void exportDataset(id, "parquet")}>{TITLES.parquet}</Menu.Item>
        <Menu.Item onClick={() => void exportDataset(id, "npz")}>{TITLES.npz}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
