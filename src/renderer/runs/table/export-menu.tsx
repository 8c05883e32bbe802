import { Button, Menu } from "@mantine/core";
import { FileDown } from "lucide-react";
import { EXPORT_KINDS, EXPORTS } from "../../../shared/runs/run-exports.ts";
import { exportRuns } from "../../store/save.ts";

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
        {EXPORT_KINDS.filter((what) => EXPORTS[what].menu !== null).map((what) => (
          <Menu.Item key={what} onClick={() => void exportRuns(what, runIds)}>
            {EXPORTS[what].menu}
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
