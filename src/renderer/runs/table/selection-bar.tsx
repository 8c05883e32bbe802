import { Button, Popover, TextInput } from "@mantine/core";
import { Archive, GitCompareArrows, Pin, Tag, Trash2, Undo2 } from "lucide-react";
import { useState } from "react";
import { counted } from "../../../core/counted.ts";
import { grouped } from "../../../core/grouped.ts";
import { MOST_COMPARED } from "../../../shared/runs/run-curves.ts";
import type { RunScope } from "../../../shared/runs/run-table.ts";
import { ConfirmButton } from "../../ui/confirm-button.tsx";
import { ExportMenu } from "./export-menu.tsx";
import { openComparison } from "../../store/open-run.ts";
import { changeRuns } from "../../store/change-runs.ts";
import { archiveRuns, deleteRuns, emptyTrash, restoreRuns } from "../run-actions.ts";
import { ColourChoice } from "../run-colour.tsx";
import { selectRuns, useSelectedRuns } from "./selected-runs.ts";
import type { RunTable } from "./use-run-table.ts";
import classes from "../runs.module.css";

const icon = { size: "0.875rem", "aria-hidden": true } as const;

/** How many runs there are and are selected, and what can be done with those. */
export function SelectionBar({ table, scope }: { readonly table: RunTable; readonly scope: RunScope }) {
  const selected = useSelectedRuns();
  // In the order of the table; what the filter hides stays out of it.
  const ids = table.ids.filter((id) => selected.has(id));
  const filtered =
    table.total < table.inScope ? `${grouped(table.total)} of ${counted(table.inScope, "run")}` : null;
  const all = filtered ?? counted(table.total, "run");
  const status =
    ids.length === 0
      ? `${all}; select some to ${scope === "trash" ? "restore them or delete them for good" : "compare, export, tag or delete them"}`
      : `${grouped(ids.length)} selected of ${all}`;
  return (
    <div className={classes["selectionBar"]}>
      <span className={classes["selection"]} role="status">
        {status}
      </span>
      {ids.length === 0 && scope !== "trash" && (
        <ExportMenu runIds={table.total < table.inScope ? table.ids : null} label={`Export ${all}`} />
      )}
      {ids.length > 0 && scope === "trash" && (
        <>
          <Button
            size="xs"
            variant="default"
            leftSection={<Undo2 {...icon} />}
            onClick={() => void restoreRuns(ids)}
          >
            Restore
          </Button>
          <ConfirmButton
            leftSection={<Trash2 {...icon} />}
            question={`${ids.length === 1 ? "One run is" : `${grouped(ids.length)} runs are`} deleted for good. This cannot be undone.`}
            confirm="Yes, delete for good"
            onConfirm={() => void emptyTrash(ids)}
          >
            Delete for good
          </ConfirmButton>
        </>
      )}
      {ids.length > 0 && scope !== "trash" && (
        <>
          <Button
            size="xs"
            leftSection={<GitCompareArrows {...icon} />}
            disabled={ids.length < 2 || ids.length > MOST_COMPARED}
            title={
              ids.length > MOST_COMPARED ? `at most ${MOST_COMPARED} runs can be compared at once` : undefined
            }
            onClick={() => openComparison(ids)}
          >
            Compare
          </Button>
          <ExportMenu runIds={ids} label="Export" />
          <TagBox runIds={ids} />
          <ColourChoice colour={null} onChoose={(colour) => void changeRuns(ids, { colour })} />
          <Button
            size="xs"
            variant="default"
            leftSection={<Pin {...icon} />}
            onClick={() => void changeRuns(ids, { pinned: true })}
          >
            Pin
          </Button>
          <Button size="xs" variant="default" onClick={() => void changeRuns(ids, { pinned: false })}>
            Unpin
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<Archive {...icon} />}
            onClick={() => void archiveRuns(ids, scope !== "archived")}
          >
            {scope === "archived" ? "Take out of the archive" : "Archive"}
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<Trash2 {...icon} />}
            onClick={() => void deleteRuns(ids)}
          >
            Delete
          </Button>
        </>
      )}
      {ids.length > 0 && (
        <Button size="xs" variant="subtle" color="gray" onClick={() => selectRuns([])}>
          Select none
        </Button>
      )}
    </div>
  );
}

/** Adds or takes away a tag from all selected runs. */
function TagBox({ runIds }: { readonly runIds: readonly string[] }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const tags = text.split(/[\s,]+/).filter((tag) => tag !== "");
  const apply = async (change: { addTags: string[] } | { removeTags: string[] }) => {
    if (tags.length > 0 && (await changeRuns(runIds, change))) {
      setOpen(false);
      setText("");
    }
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <Button size="xs" variant="default" leftSection={<Tag {...icon} />} onClick={() => setOpen(!open)}>
          Tag
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void apply({ addTags: tags });
          }}
        >
          <TextInput
            size="xs"
            label="Tags"
            description="separated by blanks"
            data-autofocus
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <div className={classes["tagButtons"]}>
            <Button type="submit" size="xs" disabled={tags.length === 0}>
              Add
            </Button>
            <Button
              size="xs"
              variant="default"
              disabled={tags.length === 0}
              onClick={() => void apply({ removeTags: tags })}
            >
              Take away
            </Button>
          </div>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
