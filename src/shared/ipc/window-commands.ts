import * as v from "valibot";

/**
 * Every command of the window that is always there, with its keys as CodeMirror writes them: "Mod-Shift-Enter", where
 * Mod is Ctrl, or ⌘ on a Mac; the first is the one that is shown. The page carries them out (`renderer/app/commands`),
 * the native menu names them by these ids, and both take the keys from here.
 */
export const COMMAND_KEYS = {
  "new-notebook": ["Mod-n"],
  open: ["Mod-o"],
  "clear-recent": [],
  "save-notebook": ["Mod-s"],
  "show-versions": [],
  "import-notebooks": [],
  "import-runs": [],
  "import-others": [],
  "import-folder": [],
  "follow-file": [],
  "follow-folder": [],
  "export-notebook-lab": [],
  "export-notebook-ipynb": [],
  "export-notebook-py": [],
  "export-notebook-html": [],
  "export-notebook-pdf": [],
  "export-runs": ["Mod-Shift-e"],
  "export-training": [],

  find: ["Mod-f"],

  "run-view": ["Mod-Enter"],
  "run-all": ["Mod-Shift-Enter"],
  "run-stale": [],
  "run-cell": [],
  "restart-sandbox": [],
  "clear-outputs": [],
  "run-ladder": [],
  "save-initialisation": [],
  "run-stages": [],
  trace: [],
  "check-gradients": [],
  "start-training": [],
  "queue-training": [],
  "find-lr": [],
  overfit: [],
  "profile-step": [],
  cancel: ["Mod-."],

  "show-notebook": ["Mod-1"],
  "show-lessons": [],
  "show-ladder": ["Mod-2"],
  "show-initialise": ["Mod-3"],
  "show-stages": ["Mod-4"],
  "show-backward": ["Mod-5"],
  "show-gradients": ["Mod-6"],
  "show-train": ["Mod-7"],
  "show-runs": ["Mod-8"],
  "show-data": ["Mod-9"],
  "show-diagnostics": [],
  "show-settings": ["Mod-,"],
  "latest-run": ["Mod-l"],
  palette: ["Mod-k", "Mod-Shift-p"],
  presentation: ["F5"],
  "end-presentation": ["Escape"],
  "theme-system": [],
  "theme-light": [],
  "theme-dark": [],
  projector: [],

  tour: [],
  shortcuts: ["Mod-/", "?"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type CommandId = keyof typeof COMMAND_KEYS;
export const COMMAND_IDS = Object.keys(COMMAND_KEYS) as CommandId[];

const commandIdSchema = v.picklist(COMMAND_IDS);

/** How the commands stand in the page: what the menu shows of it. */
export const commandStateSchema = v.object({
  /** Not possible now. */
  disabled: v.array(commandIdSchema),
  /** Views, themes and switches that are on. */
  checked: v.array(commandIdSchema),
});
export type CommandState = v.InferOutput<typeof commandStateSchema>;

/** Something that was opened lately, as it is shown: the page names it by its id and no path. */
export const recentEntrySchema = v.object({
  id: v.string(),
  kind: v.picklist(["notebook", "runs", "data"]),
  label: v.string(),
});
export type RecentEntry = v.InferOutput<typeof recentEntrySchema>;
