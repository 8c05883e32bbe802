import { changePreferences, preferencesStore } from "../preferences/preferences.ts";
import { formatDate } from "../format/date.ts";
import { requestFocus } from "../live/cell/focus-request.ts";
import { choose, runHere } from "../live/cell/cell-commands.ts";
import { openStore } from "../live/document/open-notebook.ts";
import { cellLabel } from "../../shared/documents/lab-document.ts";
import { openRun } from "../store/open-run.ts";
import { importRuns } from "../runs/run-actions.ts";
import { importOthers } from "../exchange/exchange-actions.ts";
import { exportRuns } from "../store/save.ts";
import { cancelActivity, labStore } from "../store/lab-store.ts";
import { openOverlay, overlayIsOpen } from "./overlays.ts";
import { isPresenting, present } from "./presentation.ts";
import type { Shortcut } from "../ui/shortcut.ts";
import { startTour } from "./tour.tsx";
import { startAction, startPrimaryAction, VIEW_ACTIONS } from "./view-actions.ts";
import { showView, VIEWS } from "./views.ts";

export interface Command {
  readonly id: string;
  readonly label: string;
  readonly group: "Go to" | "Run" | "View" | "Cells" | "Runs";
  readonly shortcuts: readonly Shortcut[];
  /** Whether it can be asked for now; always, where it is not given. */
  readonly when?: () => boolean;
  readonly run: () => void;
}

/** Every command that is always there. The menu offers the same with the same keys. */
export const COMMANDS: readonly Command[] = [
  ...VIEWS.map(({ id, label }, index): Command => {
    const shortcuts: Shortcut[] = index < 9 ? [{ key: String(index + 1), mod: true }] : [];
    if (id === "settings") shortcuts.push({ key: ",", mod: true });
    return { id: `show-${id}`, label: `Show ${label}`, group: "Go to", shortcuts, run: () => showView(id) };
  }),
  {
    id: "run-view",
    label: "Run what this view is for",
    group: "Run",
    shortcuts: [{ key: "enter", mod: true }],
    run: startPrimaryAction,
  },
  ...VIEW_ACTIONS.map((action): Command => ({
    id: action.id,
    label: action.label,
    group: "Run",
    shortcuts: action.id === "run-all" ? [{ key: "enter", mod: true, shift: true }] : [],
    run: () => startAction(action),
  })),
  {
    id: "cancel",
    label: "Cancel what runs",
    group: "Run",
    shortcuts: [{ key: ".", mod: true }],
    run: () => void cancelActivity(),
  },
  {
    id: "latest-run",
    label: "Open the latest run",
    group: "Go to",
    shortcuts: [{ key: "l", mod: true }],
    run: () => {
      const latest = labStore.get().runs?.[0];
      if (latest === undefined) showView("runs");
      else openRun(latest.id);
    },
  },
  {
    id: "import-runs",
    label: "Import runs from a bundle",
    group: "Run",
    shortcuts: [{ key: "o", mod: true }],
    run: () => void importRuns(),
  },
  {
    id: "import-others",
    label: "Import runs of other tools (TensorBoard, CSV, JSON lines)",
    group: "Runs",
    shortcuts: [],
    run: () => void importOthers({ folder: false, follow: false }),
  },
  {
    id: "import-folder",
    label: "Import a folder of runs (TensorBoard, MLflow)",
    group: "Runs",
    shortcuts: [],
    run: () => void importOthers({ folder: true, follow: false }),
  },
  {
    id: "follow-file",
    label: "Follow a training of another tool while it runs",
    group: "Runs",
    shortcuts: [],
    run: () => void importOthers({ folder: false, follow: true }),
  },
  {
    id: "follow-folder",
    label: "Follow a folder of runs while it grows",
    group: "Runs",
    shortcuts: [],
    run: () => void importOthers({ folder: true, follow: true }),
  },
  {
    id: "export-runs",
    label: "Export all runs as a bundle",
    group: "Run",
    shortcuts: [{ key: "e", mod: true, shift: true }],
    run: () => void exportRuns("bundle", null),
  },
  {
    id: "palette",
    label: "Command palette",
    group: "View",
    shortcuts: [
      { key: "k", mod: true },
      { key: "p", mod: true, shift: true },
    ],
    run: () => openOverlay("palette"),
  },
  {
    id: "shortcuts",
    label: "Keyboard shortcuts",
    group: "View",
    shortcuts: [{ key: "?" }, { key: "/", mod: true }],
    run: () => openOverlay("shortcuts"),
  },
  {
    id: "presentation",
    label: "Presentation: hide or show controls and navigation",
    group: "View",
    shortcuts: [{ key: "f5" }],
    run: () => present(!isPresenting()),
  },
  {
    id: "end-presentation",
    label: "End the presentation",
    group: "View",
    shortcuts: [{ key: "escape" }],
    when: () => isPresenting() && !overlayIsOpen(),
    run: () => present(false),
  },
  { id: "tour", label: "Show the tour", group: "View", shortcuts: [], run: startTour },
  ...(["light", "dark", "system"] as const).map((theme): Command => ({
    id: `theme-${theme}`,
    label: theme === "system" ? "Use the system's theme" : `Use the ${theme} theme`,
    group: "View",
    shortcuts: [],
    run: () => changePreferences({ theme }),
  })),
  {
    id: "projector",
    label: "Switch projector scale on or off",
    group: "View",
    shortcuts: [],
    run: () => changePreferences({ projector: !preferencesStore.get().projector }),
  },
];

function goToCell(id: string): void {
  showView("notebook");
  choose(id);
  requestFocus({ cell: id, mode: "command" });
}

/** Two for each cell of the open notebook that has a name. */
export function cellCommands(): readonly Command[] {
  return (openStore.get()?.edit.document.cells ?? []).flatMap((cell, at): Command[] => {
    const name = cellLabel(cell);
    if (name === cell.id) return [];
    const command = (id: string, does: string, run: () => void): Command => ({
      id: `${id}-${cell.id}`,
      label: `${does} cell ${at + 1}: ${name}`,
      group: "Cells",
      shortcuts: [],
      run,
    });
    return [
      command("go", "Go to", () => goToCell(cell.id)),
      command("run", "Run", () => {
        goToCell(cell.id);
        runHere(cell.id);
      }),
    ];
  });
}

/** One for each saved run that the window knows. */
export function runCommands(): readonly Command[] {
  return (labStore.get().runs ?? []).map(({ id, name, kind, startedAt }): Command => ({
    id: `open-${id}`,
    label: `Open ${kind} run ${name}, ${formatDate(startedAt)}`,
    group: "Runs",
    shortcuts: [],
    run: () => openRun(id),
  }));
}

/** Every word that was typed appears in the label, wherever. */
export function filterCommands(commands: readonly Command[], typed: string): readonly Command[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
}
