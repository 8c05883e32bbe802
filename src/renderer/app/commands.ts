import { changePreferences, preferencesStore } from "../preferences/preferences.ts";
import { formatDate } from "../../shared/format/date.ts";
import { openRun } from "../store/open-run.ts";
import { importRuns } from "../runs/run-actions.ts";
import { importOthers } from "../exchange/exchange-actions.ts";
import { exportRuns } from "../store/save.ts";
import { cancelActivity, labStore } from "../store/lab-store.ts";
import { command, type Command, type WindowCommand } from "./command.ts";
import { NOTEBOOK_COMMANDS } from "./notebook-commands.ts";
import { openOverlay, overlayIsOpen } from "./overlays.ts";
import { isPresenting, present } from "./presentation.ts";
import { clearRecent, openFiles, recentStore } from "./recent-files.ts";
import { startTour } from "./tour.tsx";
import { primaryAction, startAction, VIEW_ACTIONS } from "./view-actions.ts";
import { shownViewId, showView, VIEWS } from "./views.ts";

/** What can be started while other work is on: it waits. */
const WAITS: ReadonlySet<string> = new Set(["queue-training"]);

/** Every command that is always there. The menu names them by their ids. */
export const COMMANDS: readonly WindowCommand[] = [
  ...VIEWS.map(({ id, label }) =>
    command(`show-${id}`, `Show ${label}`, "Go to", {
      on: () => shownViewId() === id,
      run: () => showView(id),
    }),
  ),
  command("run-view", "Run what this view is for", "Run", {
    when: () => primaryAction() !== undefined,
    startsWork: true,
    run: () => {
      const action = primaryAction();
      if (action !== undefined) startAction(action);
    },
  }),
  ...VIEW_ACTIONS.map((action) =>
    command(action.id, action.label, "Run", {
      startsWork: !WAITS.has(action.id),
      run: () => startAction(action),
    }),
  ),
  command("cancel", "Cancel what runs", "Run", {
    when: () => labStore.get().activity !== null,
    run: () => void cancelActivity(),
  }),
  command("latest-run", "Open the latest run", "Go to", {
    run: () => {
      const latest = labStore.get().runs?.[0];
      if (latest === undefined) showView("runs");
      else openRun(latest.id);
    },
  }),
  command("open", "Open a notebook or a bundle of runs", "Files", { run: () => void openFiles() }),
  command("clear-recent", "Clear the list of recent files", "Files", {
    when: () => recentStore.get().length > 0,
    run: () => void clearRecent(),
  }),
  ...NOTEBOOK_COMMANDS,
  command("import-runs", "Import runs from a bundle", "Runs", {
    startsWork: true,
    run: () => void importRuns(),
  }),
  command("import-others", "Import runs of other tools (TensorBoard, CSV, JSON lines)", "Runs", {
    startsWork: true,
    run: () => void importOthers({ folder: false, follow: false }),
  }),
  command("import-folder", "Import a folder of runs (TensorBoard, MLflow)", "Runs", {
    startsWork: true,
    run: () => void importOthers({ folder: true, follow: false }),
  }),
  command("follow-file", "Follow a training of another tool while it runs", "Runs", {
    run: () => void importOthers({ folder: false, follow: true }),
  }),
  command("follow-folder", "Follow a folder of runs while it grows", "Runs", {
    run: () => void importOthers({ folder: true, follow: true }),
  }),
  command("export-runs", "Export all runs as a bundle", "Runs", {
    run: () => void exportRuns("bundle", null),
  }),
  command("palette", "Command palette", "View", { run: () => openOverlay("palette") }),
  command("shortcuts", "Keyboard shortcuts", "View", { run: () => openOverlay("shortcuts") }),
  command("presentation", "Presentation: large, without controls and navigation", "View", {
    on: isPresenting,
    run: () => present(!isPresenting()),
  }),
  command("end-presentation", "End the presentation", "View", {
    when: () => isPresenting() && !overlayIsOpen(),
    run: () => present(false),
  }),
  command("tour", "Show the tour", "View", { run: startTour }),
  ...(["light", "dark", "system"] as const).map((theme) =>
    command(
      `theme-${theme}`,
      theme === "system" ? "Use the system's theme" : `Use the ${theme} theme`,
      "View",
      { on: () => preferencesStore.get().theme === theme, run: () => changePreferences({ theme }) },
    ),
  ),
  command("projector", "Switch projector scale on or off", "View", {
    on: () => preferencesStore.get().projector,
    run: () => changePreferences({ projector: !preferencesStore.get().projector }),
  }),
];

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
