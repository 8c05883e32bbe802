import { ActionIcon, Tooltip } from "@mantine/core";
import {
  ChartNoAxesColumn,
  Copy,
  FileDown,
  ImageDown,
  Images,
  RotateCcw,
  Table,
  type LucideIcon,
} from "lucide-react";
import { copyPicture, savePicture, type PictureUse } from "../../store/save.ts";
import classes from "../kit/chart-figure.module.css";

interface ChartToolbarProps {
  readonly title: string;
  readonly asTable: boolean;
  readonly shown: boolean;
  readonly log: { readonly axis: string; readonly on: boolean } | null;
  readonly onLog: (on: boolean) => void;
  /** Null while everything is shown. */
  readonly onResetZoom: (() => void) | null;
  readonly onTable: (on: boolean) => void;
  readonly onPicture: (take: PictureUse) => Promise<void>;
  readonly onCsv: () => Promise<void>;
  readonly onCopy: () => Promise<void>;
}

export function ChartToolbar(props: ChartToolbarProps) {
  const { title, asTable, shown, log } = props;
  const tool = (label: string, Icon: LucideIcon, onClick: () => void) => (
    <Tooltip label={label}>
      <ActionIcon aria-label={`${label}: ${title}`} onClick={onClick}>
        <Icon size="1rem" />
      </ActionIcon>
    </Tooltip>
  );
  return (
    <div className={classes["toolbar"]} role="toolbar" aria-label={`Tools for ${title}`} data-shown={shown}>
      {log !== null && !asTable && (
        <Tooltip label={log.on ? `Linear ${log.axis} axis` : `Logarithmic ${log.axis} axis`}>
          <ActionIcon
            w="auto"
            px="0.375rem"
            fz="xs"
            aria-label={`Logarithmic ${log.axis} axis: ${title}`}
            aria-pressed={log.on}
            variant={log.on ? "light" : "subtle"}
            onClick={() => props.onLog(!log.on)}
          >
            log
          </ActionIcon>
        </Tooltip>
      )}
      {props.onResetZoom !== null && !asTable && tool("Reset zoom", RotateCcw, props.onResetZoom)}
      {tool(asTable ? "Show as chart" : "Show as table", asTable ? ChartNoAxesColumn : Table, () =>
        props.onTable(!asTable),
      )}
      {!asTable && tool("Save as PNG", ImageDown, () => void props.onPicture(savePicture))}
      {!asTable && tool("Copy picture", Images, () => void props.onPicture(copyPicture))}
      {tool("Save as CSV", FileDown, () => void props.onCsv())}
      {tool("Copy data", Copy, () => void props.onCopy())}
    </div>
  );
}
