import type { MenuItemConstructorOptions } from "electron";
import { COMMAND_KEYS, type CommandId, type RecentEntry } from "../../shared/ipc/window-commands.ts";

export interface MenuActions {
  /** The window carries it out. */
  readonly send: (command: CommandId) => void;
  readonly openRecent: (id: string) => void;
  readonly showAbout: () => void;
  readonly openLogs: () => void;
  readonly openLicences: () => void;
}

export interface MenuPlace {
  readonly appName: string;
  readonly platform: NodeJS.Platform;
  readonly devTools: boolean;
}

type Item = MenuItemConstructorOptions;

const SEPARATOR: Item = { type: "separator" };

/** "CmdOrCtrl+Shift+E" for "Mod-Shift-e". */
export const acceleratorOf = (keys: string): string =>
  keys
    .split("-")
    .map((part) => (part === "Mod" ? "CmdOrCtrl" : part.length === 1 ? part.toUpperCase() : part))
    .join("+");

/** A name as it is: in a menu & marks the letter that chooses an item. */
const asItIs = (name: string): string => name.replaceAll("&", "&&");

/**
 * The window's commands by the platform's customs, what was opened lately, and what is Electron's own. On macOS the
 * first menu is the app's own, with About, Settings and Quit, and there is a Window menu; elsewhere File and Help have
 * these. An item of a command has its id.
 */
export function menuTemplate(
  actions: MenuActions,
  { appName, platform, devTools }: MenuPlace,
  recent: readonly RecentEntry[],
): Item[] {
  const command = (id: CommandId, label: string, type: "normal" | "radio" | "checkbox" = "normal"): Item => {
    const [shown]: readonly string[] = COMMAND_KEYS[id];
    return {
      id,
      label,
      type,
      // The page hears the keys itself. macOS asks the menu too, but only for what the page has not taken.
      ...(shown === undefined ? {} : { accelerator: acceleratorOf(shown), registerAccelerator: false }),
      click: () => actions.send(id),
    };
  };
  const isMac = platform === "darwin";
  const about: Item = { label: `About ${appName}`, click: actions.showAbout };
  const settings = command("show-settings", isMac ? "Settings…" : "Settings");
  const appMenu: Item = {
    label: appName,
    submenu: [
      about,
      SEPARATOR,
      settings,
      SEPARATOR,
      { role: "services" },
      SEPARATOR,
      { role: "hide" },
      { role: "hideOthers" },
      { role: "unhide" },
      SEPARATOR,
      { role: "quit" },
    ],
  };
  const openRecent: Item = {
    label: "Open recent",
    submenu: [
      ...(recent.length === 0
        ? [{ label: "Nothing was opened yet", enabled: false }]
        : recent.map(({ id, label }) => ({ label: asItIs(label), click: () => actions.openRecent(id) }))),
      SEPARATOR,
      command("clear-recent", "Clear recent files"),
    ],
  };
  return [
    ...(isMac ? [appMenu] : []),
    {
      label: "&File",
      submenu: [
        command("new-notebook", "New notebook"),
        command("open", "Open…"),
        openRecent,
        SEPARATOR,
        command("save-notebook", "Save notebook"),
        command("show-versions", "Versions of notebook…"),
        SEPARATOR,
        {
          label: "Import",
          submenu: [
            command("import-notebooks", "Notebooks…"),
            command("import-runs", "Bundle of runs…"),
            command("import-others", "Runs of other tools…"),
            command("import-folder", "Folder of runs…"),
            SEPARATOR,
            command("follow-file", "Follow a training of another tool…"),
            command("follow-folder", "Follow a folder of runs…"),
          ],
        },
        {
          label: "Export",
          submenu: [
            command("export-notebook-lab", "Notebook (.lab.ts)…"),
            command("export-notebook-ipynb", "Notebook for Jupyter (.ipynb)…"),
            command("export-notebook-py", "Notebook as Python with torch (.py)…"),
            command("export-notebook-html", "Notebook as page with outputs (.html)…"),
            command("export-notebook-pdf", "Notebook as PDF with outputs…"),
            SEPARATOR,
            command("export-runs", "All runs as bundle…"),
            command("export-training", "Training to Python or ONNX…"),
          ],
        },
        SEPARATOR,
        ...(isMac ? [{ role: "close" } as const] : [settings, SEPARATOR, { role: "quit" } as const]),
      ],
    },
    {
      label: "&Edit",
      submenu: [
        { role: "undo" },
        { role: "redo" },
        SEPARATOR,
        { role: "cut" },
        { role: "copy" },
        { role: "paste" },
        ...(isMac ? [{ role: "pasteAndMatchStyle" } as const] : []),
        { role: "delete" },
        { role: "selectAll" },
        SEPARATOR,
        command("find", "Find in notebook"),
      ],
    },
    {
      label: "&View",
      submenu: [
        command("palette", "Command palette"),
        SEPARATOR,
        // Not of one group, of which one would always be on: Settings are a view too.
        command("show-notebook", "Notebook", "checkbox"),
        command("show-lessons", "Lessons"),
        command("show-ladder", "Ladder", "checkbox"),
        command("show-initialise", "Initialise", "checkbox"),
        command("show-stages", "Stages", "checkbox"),
        command("show-backward", "Backward", "checkbox"),
        command("show-gradients", "Gradients", "checkbox"),
        command("show-train", "Train", "checkbox"),
        command("show-runs", "Runs", "checkbox"),
        command("show-data", "Data", "checkbox"),
        command("show-diagnostics", "Diagnostics", "checkbox"),
        SEPARATOR,
        command("latest-run", "Latest run"),
        SEPARATOR,
        {
          label: "Theme",
          submenu: [
            command("theme-system", "System", "radio"),
            command("theme-light", "Light", "radio"),
            command("theme-dark", "Dark", "radio"),
          ],
        },
        command("projector", "Projector scale", "checkbox"),
        command("presentation", "Presentation", "checkbox"),
        SEPARATOR,
        { role: "resetZoom" },
        { role: "zoomIn" },
        { role: "zoomOut" },
        SEPARATOR,
        { role: "togglefullscreen" },
        ...(devTools ? [SEPARATOR, { role: "reload" } as const, { role: "toggleDevTools" } as const] : []),
      ],
    },
    {
      label: "&Run",
      submenu: [
        command("run-view", "Run this view"),
        command("cancel", "Cancel"),
        SEPARATOR,
        command("run-cell", "Run chosen cell"),
        command("run-all", "Run all cells"),
        command("run-stale", "Run stale cells"),
        command("restart-sandbox", "Restart sandbox"),
        command("clear-outputs", "Clear all outputs"),
        SEPARATOR,
        command("run-ladder", "Run ladder"),
        command("save-initialisation", "Save initialisation as run"),
        command("run-stages", "Run stages"),
        command("trace", "Trace backward pass"),
        command("check-gradients", "Check gradients"),
        SEPARATOR,
        command("start-training", "Start training"),
        command("queue-training", "Add training to queue"),
        command("find-lr", "Find learning rate"),
        command("overfit", "Overfit 20 rows"),
        command("profile-step", "Measure a training step"),
      ],
    },
    ...(isMac ? [{ role: "windowMenu" } as const] : []),
    {
      label: "&Help",
      // macOS puts its search field into the menu of this role.
      ...(isMac ? { role: "help" as const } : {}),
      submenu: [
        command("tour", "Tour"),
        command("shortcuts", "Keyboard shortcuts"),
        SEPARATOR,
        // As in View, where its item is.
        { label: "Diagnostics", click: () => actions.send("show-diagnostics") },
        { label: "Open logs folder", click: actions.openLogs },
        { label: "Licences", click: actions.openLicences },
        ...(isMac ? [] : [SEPARATOR, about]),
      ],
    },
  ];
}
