import { ActionIcon, Menu } from "@mantine/core";
import { ArrowDown, ArrowUp, EllipsisVertical, Play, Square, Trash2, type LucideIcon } from "lucide-react";
import { memo } from "react";
import type { DocumentCell } from "../../../shared/documents/lab-document.ts";
import { clearOutputs } from "../kernel/run-actions.ts";
import {
  changeKind,
  deleteCell,
  insertBeside,
  mergeBelow,
  moveCell,
  runHere,
  runTo,
  stop,
} from "./cell-commands.ts";
import classes from "./cell-frame.module.css";

interface CellToolsProps {
  readonly id: string;
  readonly kind: DocumentCell["kind"];
  readonly number: number;
  readonly readOnly: boolean;
  readonly running: boolean;
}

/** What can be done with a cell; in sight where the cell is chosen or pointed at. */
export const CellTools = memo(function CellTools({ id, kind, number, readOnly, running }: CellToolsProps) {
  const canRun = kind === "code" || kind === "exercise";
  const tool = (label: string, Icon: LucideIcon, onClick: () => void) => (
    <ActionIcon aria-label={`${label} ${number}`} title={label} onClick={onClick}>
      <Icon size="0.9375rem" />
    </ActionIcon>
  );
  return (
    <div className={classes["tools"]} role="toolbar" aria-label={`Tools of cell ${number}`}>
      {canRun && !running && tool("Run cell", Play, () => runHere(id))}
      {running && tool("Stop cell", Square, stop)}
      {!readOnly && tool("Move up cell", ArrowUp, () => moveCell(id, -1))}
      {!readOnly && tool("Move down cell", ArrowDown, () => moveCell(id, 1))}
      {!readOnly && tool("Delete cell", Trash2, () => deleteCell(id))}
      <Menu position="bottom-end" withinPortal={false}>
        <Menu.Target>
          <ActionIcon aria-label={`More for cell ${number}`} title="More">
            <EllipsisVertical size="0.9375rem" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {canRun && <Menu.Item onClick={() => runTo(id)}>Run to here</Menu.Item>}
          {canRun && <Menu.Item onClick={() => void clearOutputs([id])}>Clear its output</Menu.Item>}
          {!readOnly && (
            <>
              <Menu.Divider />
              <Menu.Item onClick={() => insertBeside(id, "above", "code")}>Code above (A)</Menu.Item>
              <Menu.Item onClick={() => insertBeside(id, "below", "code")}>Code below (B)</Menu.Item>
              <Menu.Item onClick={() => insertBeside(id, "below", "md")}>Text below</Menu.Item>
              <Menu.Divider />
              {kind !== "code" && (
                <Menu.Item onClick={() => changeKind(id, "code")}>Make it code (Y)</Menu.Item>
              )}
              {kind !== "md" && <Menu.Item onClick={() => changeKind(id, "md")}>Make it text (M)</Menu.Item>}
              {kind !== "exercise" && (
                <Menu.Item onClick={() => changeKind(id, "exercise")}>Make it an exercise</Menu.Item>
              )}
              <Menu.Item onClick={() => mergeBelow(id)}>Merge with the cell below</Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
});
