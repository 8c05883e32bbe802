import { Button, Menu } from "@mantine/core";
import { Upload } from "lucide-react";
import { importOthers } from "./exchange-actions.ts";

/** Runs that other tools have measured: a file or folder, once or as it grows. */
export function ImportMenu() {
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<Upload size="0.875rem" aria-hidden="true" />}>
          From other tools
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void importOthers({ folder: false, follow: false })}>
          A file: TensorBoard, W&amp;B, Trackio, CSV, JSON lines
        </Menu.Item>
        <Menu.Item onClick={() => void importOthers({ folder: true, follow: false })}>
          A folder of runs: TensorBoard, MLflow
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => void importOthers({ folder: false, follow: true })}>
          Follow a file while it grows
        </Menu.Item>
        <Menu.Item onClick={() => void importOthers({ folder: true, follow: true })}>
          Follow a folder while it grows
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
