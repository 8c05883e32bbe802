import { Modal } from "@mantine/core";
import { STEP_KEYS, GRAPH_KEYS } from "../backward/step-keys.ts";
import { CHART_KEYS } from "../charts/interact/chart-keys.ts";
import {
  CELL_KEYS,
  CODE_KEYS,
  EDIT_KEYS,
  EDITOR_KEYS,
  LEAVE_KEYS,
  RUN_KEYS,
  TEXT_KEYS,
} from "../live/notebook-keys.ts";
import { RUN_KEYS as RUN_TABLE_KEYS } from "../runs/table/run-keys.ts";
import { shortcutOf, type KeyTable } from "../ui/key-table.ts";
import { shortcutText } from "../ui/shortcut.ts";
import { COMMANDS } from "./commands.ts";
import { openOverlay, useOverlay } from "./overlays.ts";
import classes from "./overlays.module.css";

interface SheetRow {
  readonly does: string;
  /** As a person reads them. */
  readonly keys: readonly string[];
}

const rowsOf = (...tables: readonly KeyTable[]): readonly SheetRow[] =>
  tables.flatMap(Object.values<KeyTable[string]>).map(({ keys, does, twice }) => ({
    does,
    keys: keys
      .map((key) => shortcutText(shortcutOf(key)))
      .map((text) => (twice === true ? `${text} ${text}` : text)),
  }));

/** What a key is called depends on the platform, which is known when the window is there. */
const groups = (): readonly (readonly [title: string, rows: readonly SheetRow[]])[] => [
  [
    "Everywhere",
    COMMANDS.filter(({ shortcuts }) => shortcuts.length > 0).map(({ label, shortcuts }) => ({
      does: label,
      keys: shortcuts.map((shortcut) => shortcutText(shortcut)),
    })),
  ],
  ["Notebook", rowsOf(RUN_KEYS, EDIT_KEYS)],
  ["Notebook, on a cell", rowsOf(CELL_KEYS)],
  ["Notebook, in a text", rowsOf(LEAVE_KEYS, TEXT_KEYS, EDITOR_KEYS, CODE_KEYS)],
  ["Charts", rowsOf(CHART_KEYS)],
  ["Backward", rowsOf(STEP_KEYS, GRAPH_KEYS)],
  ["Runs, in the table", rowsOf(RUN_TABLE_KEYS)],
];

/** Every key there is, by where it means something. */
export function ShortcutSheet() {
  const opened = useOverlay() === "shortcuts";
  return (
    <Modal.Root opened={opened} onClose={() => openOverlay(null)} size="xl">
      <Modal.Overlay />
      <Modal.Content>
        <div className={classes["sheetHead"]}>
          <Modal.Title>Keyboard shortcuts</Modal.Title>
          <Modal.CloseButton aria-label="Close keyboard shortcuts" />
        </div>
        <Modal.Body className={classes["sheets"] ?? ""}>
          <Groups />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** A component of its own: drawn only while the sheet is there. */
function Groups() {
  return groups().map(([title, rows]) => (
    <section key={title}>
      <h3>{title}</h3>
      <dl className={classes["sheet"]}>
        {rows.map(({ does, keys }) => (
          <div key={does}>
            <dt>{does}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  ));
}
