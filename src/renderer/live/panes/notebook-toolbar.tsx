import { ActionIcon, Button, Menu } from "@mantine/core";
import {
  BadgeCheck,
  ChevronDown,
  CircleAlert,
  Copy,
  Download,
  GraduationCap,
  History,
  Play,
  Plus,
  Redo2,
  RotateCcw,
  Search,
  Square,
  Undo2,
} from "lucide-react";
import { memo } from "react";
import type { DocumentEntry } from "../../../shared/documents/document-records.ts";
import type { DocumentHeader } from "../../../shared/documents/lab-document.ts";
import { useStore } from "../../store/create-store.ts";
import { Badge } from "../../ui/badge.tsx";
import { insertAt, redo, runAll, runStale, stop, undo } from "../cell/cell-commands.ts";
import { openFind } from "../document/find-store.ts";
import { saveNow, type SaveState } from "../document/open-notebook.ts";
import { clearOutputs, restartKernel } from "../kernel/run-actions.ts";
import { sessionStore, type Session } from "../kernel/session-store.ts";
import { createDocument, exportDocument } from "../library/library-store.ts";
import { openLessonDialog } from "../lesson/lesson-store.ts";
import { versionsOpenStore } from "../dialogs/versions-dialog.tsx";
import { RunSettings } from "./run-settings.tsx";
import classes from "./panes.module.css";

/** The last run of all cells in a fresh sandbox went through, and every cell is as it was then. */
const isReproduced = ({ state, standings }: Session): boolean =>
  typeof state?.reproduced === "string" && [...standings.values()].every((cell) => cell.state === "fresh");

const SAVE_WORDS: Readonly<Record<SaveState, string>> = {
  saved: "Saved",
  unsaved: "Not yet saved",
  saving: "Saving…",
  conflict: "The file was changed elsewhere",
  failed: "Not saved",
};

interface NotebookToolbarProps {
  readonly entry: DocumentEntry;
  readonly header: DocumentHeader;
  readonly save: SaveState;
  readonly readOnly: boolean;
  /** The place under the chosen cell. */
  readonly below: number;
  /** What undo takes back and redo brings again; null where there is nothing. */
  readonly undoes: string | null;
  readonly redoes: string | null;
  readonly hasExercises: boolean;
}

/** What can be done with the whole notebook, and how it stands. A key that is typed does not draw it again. */
export const NotebookToolbar = memo(function NotebookToolbar(props: NotebookToolbarProps) {
  const { entry, header, save, readOnly, below, undoes, redoes, hasExercises } = props;
  const state = useStore(sessionStore, (session) => session.state);
  const reproduced = useStore(sessionStore, isReproduced);
  const running = state?.running !== null && state?.running !== undefined;
  return (
    <div className={classes["toolbar"]} role="toolbar" aria-label="Notebook">
      {running ? (
        <Button
          className={classes["run"] ?? ""}
          leftSection={<Square size="0.875rem" aria-hidden="true" />}
          onClick={stop}
          title="Ctrl+."
        >
          Stop
        </Button>
      ) : (
        <Button
          className={classes["run"] ?? ""}
          leftSection={<Play size="0.875rem" aria-hidden="true" />}
          onClick={runAll}
          title="All cells from the top in a fresh sandbox (Ctrl+Shift+Enter)"
          data-action="run-all"
        >
          Run all
        </Button>
      )}
      <Button
        variant="default"
        onClick={runStale}
        title="Cells that are stale, changed or failed, with what they need"
      >
        Run stale
      </Button>
      {!readOnly && (
        <Menu position="bottom-start">
          <Menu.Target>
            <Button variant="default" leftSection={<Plus size="0.875rem" aria-hidden="true" />}>
              Cell
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => insertAt(below, "code")}>Code</Menu.Item>
            <Menu.Item onClick={() => insertAt(below, "md")}>Text</Menu.Item>
            <Menu.Item onClick={() => insertAt(below, "exercise")}>Exercise</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      {readOnly && entry.bundled && (
        <Button
          variant="default"
          leftSection={<Copy size="0.875rem" aria-hidden="true" />}
          onClick={() => void createDocument({ kind: "copy", id: entry.id }, null)}
        >
          Make it mine
        </Button>
      )}
      {hasExercises && (
        <Button
          variant="default"
          leftSection={<GraduationCap size="0.9375rem" aria-hidden="true" />}
          title="Test the lesson, hand it out or in, grade what was handed in"
          onClick={openLessonDialog}
        >
          Lesson
        </Button>
      )}
      <span className={classes["icons"]}>
        {!readOnly && (
          <>
            <ActionIcon
              aria-label={undoes === null ? "Undo" : `Undo ${undoes}`}
              title={undoes === null ? "Nothing to undo" : `Undo ${undoes}`}
              disabled={undoes === null}
              onClick={undo}
            >
              <Undo2 size="1rem" />
            </ActionIcon>
            <ActionIcon
              aria-label={redoes === null ? "Redo" : `Redo ${redoes}`}
              title={redoes === null ? "Nothing to redo" : `Redo ${redoes}`}
              disabled={redoes === null}
              onClick={redo}
            >
              <Redo2 size="1rem" />
            </ActionIcon>
          </>
        )}
        <RunSettings header={header} readOnly={readOnly} />
        <ActionIcon
          aria-label="Find and replace"
          title="Find and replace (Ctrl+F)"
          onClick={() => openFind(!readOnly)}
        >
          <Search size="1rem" />
        </ActionIcon>
        {!readOnly && (
          <ActionIcon aria-label="Versions" title="Versions" onClick={() => versionsOpenStore.set(true)}>
            <History size="1rem" />
          </ActionIcon>
        )}
        <ActionIcon
          aria-label="Restart the sandbox"
          title="Restart the sandbox: all names go, outputs stay"
          disabled={running}
          onClick={() => void restartKernel()}
        >
          <RotateCcw size="1rem" />
        </ActionIcon>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon aria-label="Export" title="Export" w="auto" px="0.375rem">
              <Download size="1rem" />
              <ChevronDown size="0.75rem" />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => void exportDocument("lab")}>Notebook (.lab.ts)</Menu.Item>
            <Menu.Item onClick={() => void exportDocument("ipynb")}>Jupyter notebook (.ipynb)</Menu.Item>
            <Menu.Item onClick={() => void exportDocument("py")}>Python with torch (.py)</Menu.Item>
            <Menu.Item onClick={() => void exportDocument("html")}>Page with outputs (.html)</Menu.Item>
            <Menu.Item onClick={() => void exportDocument("pdf")}>PDF with outputs</Menu.Item>
            <Menu.Divider />
            <Menu.Item onClick={() => void clearOutputs(null)}>Clear all outputs</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </span>
      <span className={classes["standing"]}>
        {reproduced && (
          <Badge
            tone="good"
            icon={BadgeCheck}
            title="All cells ran from the top in a fresh sandbox, and nothing has changed since"
          >
            reproduced
          </Badge>
        )}
        {state?.kernel === "lost" && (
          <Badge tone="bad" icon={CircleAlert} title={state.reason}>
            sandbox lost
          </Badge>
        )}
        {readOnly ? (
          <span className={classes["save"]}>Comes with the app: it runs, a copy can be changed</span>
        ) : (
          <button
            type="button"
            className={classes["save"]}
            data-save={save}
            title="Saved by itself a second after the last key; press to save now"
            onClick={() => void saveNow()}
          >
            {SAVE_WORDS[save]}
          </button>
        )}
      </span>
    </div>
  );
});
