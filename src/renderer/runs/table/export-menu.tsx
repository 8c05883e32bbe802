import { Button, Menu } from "@mantine/core";
import { FileDown } from "lucide-react";
import type { ExportKind } from "../../../shared/runs/run-exports.ts";
import { exportRuns } from "../../store/save.ts";

const CSV: readonly { readonly what: ExportKind; readonly label: string }[] = [
  { what: "timings", label: "Timings as CSV, one row a sample" },
  { what: "metrics", label: "Metrics as CSV, every point" },
  { what: "summary", label: "Summary as CSV, one row a run" },
  { what: "gradchecks", label: "Gradient checks as CSV" },
];

interface ExportMenuProps {
  /** Null is all runs that are not in the trash. */
  readonly runIds: readonly string[] | null;
  readonly label: string;
}

/** Runs as files: tables for a spreadsheet, or a bundle for another installation. */
export function ExportMenu({ runIds, label }: ExportMenuProps) {
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<FileDown size="0.875rem" aria-hidden="true" />}>
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {CSV.map(({ what, label: item }) => (
          <Menu.Item key={what} onClick={() => void exportRuns(what, runIds)}>
            {item}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => void exportRuns("bundle", runIds)}>
          Bundle to import elsewhere (JSON)
        </Menu.Item>
        <Menu.Item onClick={() => void exportRuns("bundle", runIds, { weights: true })}>
          Bundle with weights
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
