import { dirname } from "node:path";
import { app, Menu, shell } from "electron";
import { COMMAND_IDS, type CommandState, type RecentEntry } from "../../shared/ipc/window-commands.ts";
import { menuTemplate, type MenuActions } from "./menu-template.ts";

export interface AppMenuActions extends Pick<MenuActions, "send" | "openRecent" | "showAbout"> {
  readonly logPath: string;
  readonly licencesDir: string;
  /** A folder that no program of this system opens: then at least where it is. */
  readonly notOpened: (folder: string, reason: string) => void;
}

export interface AppMenu {
  /** The page has said how its commands stand. */
  readonly showCommands: (state: CommandState) => void;
  readonly showRecent: (recent: readonly RecentEntry[]) => void;
}

/** Puts the menu in place. Until the page has said what is not possible everything is: it refuses that itself. */
export function installMenu(actions: AppMenuActions, recent: readonly RecentEntry[]): AppMenu {
  const open = async (folder: string) => {
    const reason = await shell.openPath(folder);
    if (reason !== "") actions.notOpened(folder, reason);
  };
  const all: MenuActions = {
    ...actions,
    send: (command) => {
      // Electron has checked the item by itself: whether it is so the page says.
      showState();
      actions.send(command);
    },
    openLogs: () => void open(dirname(actions.logPath)),
    openLicences: () => void open(actions.licencesDir),
  };
  const place = { appName: app.getName(), platform: process.platform, devTools: !app.isPackaged };

  let shown: CommandState | null = null;
  let menu: Menu;
  const showState = (): void => {
    if (shown === null) return;
    for (const id of COMMAND_IDS) {
      const item = menu.getMenuItemById(id);
      if (item === null) continue;
      item.enabled = !shown.disabled.includes(id);
      const on = shown.checked.includes(id);
      // Electron checks one of a group whatever it is set to, and the others no more.
      if (item.type === "checkbox" || (item.type === "radio" && on)) item.checked = on;
    }
  };
  // Items cannot be taken out of a menu: other recent files are another menu.
  const build = (entries: readonly RecentEntry[]): void => {
    menu = Menu.buildFromTemplate(menuTemplate(all, place, entries));
    showState();
    Menu.setApplicationMenu(menu);
  };
  build(recent);
  return {
    showCommands: (state) => {
      shown = state;
      showState();
    },
    showRecent: build,
  };
}
