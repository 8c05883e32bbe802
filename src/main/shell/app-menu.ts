import { dirname } from "node:path";
import { app, Menu, shell } from "electron";
import { menuTemplate, type MenuCommand } from "./menu-template.ts";

export interface AppMenuActions {
  readonly send: (command: MenuCommand) => void;
  readonly showAbout: () => void;
  readonly logPath: string;
  readonly licencesDir: string;
  /** A folder that no program of this system opens: then at least where it is. */
  readonly notOpened: (folder: string, reason: string) => void;
}

/** Puts the menu in place. The returned function says whether an experiment is on. */
export function installMenu(actions: AppMenuActions): (running: boolean) => void {
  const open = async (folder: string) => {
    const reason = await shell.openPath(folder);
    if (reason !== "") actions.notOpened(folder, reason);
  };
  const template = menuTemplate(
    {
      send: actions.send,
      showAbout: actions.showAbout,
      openLogs: () => void open(dirname(actions.logPath)),
      openLicences: () => void open(actions.licencesDir),
    },
    { appName: app.getName(), platform: process.platform, devTools: !app.isPackaged },
  );
  const menu = Menu.buildFromTemplate(template);
  Menu.setApplicationMenu(menu);
  const enable = (id: MenuCommand, enabled: boolean) => {
    const item = menu.getMenuItemById(id);
    if (item !== null) item.enabled = enabled;
  };
  return (running) => {
    enable("cancel", running);
    enable("runAll", !running);
  };
}
