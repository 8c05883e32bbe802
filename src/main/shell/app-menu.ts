import { dirname } from "node:path";
import { app, Menu, shell, type MenuItemConstructorOptions } from "electron";
import { MENU_VIEWS, type IpcEvent } from "../../shared/ipc/ipc-contract.ts";

export type MenuCommand = IpcEvent<"menuCommand">;

export interface AppMenuActions {
  readonly send: (command: MenuCommand) => void;
  readonly showAbout: () => void;
  readonly logPath: string;
}

/** Every command of the app with its key. Commands that the window carries out are sent there. */
export function menuTemplate(
  actions: AppMenuActions,
  { devTools }: { devTools: boolean },
): MenuItemConstructorOptions[] {
  const command = (id: MenuCommand, label: string, accelerator?: string): MenuItemConstructorOptions => ({
    id,
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => actions.send(id),
  });
  const separator: MenuItemConstructorOptions = { type: "separator" };
  const debug: MenuItemConstructorOptions[] = devTools
    ? [separator, { role: "reload" }, { role: "toggleDevTools" }]
    : [];
  return [
    {
      label: "&File",
      submenu: [
        command("importRuns", "Import runs…", "CmdOrCtrl+O"),
        command("importOthers", "Import runs of other tools…"),
        command("followFile", "Follow a training of another tool…"),
        command("exportRuns", "Export all runs…", "CmdOrCtrl+Shift+E"),
        separator,
        command("showSettings", "Settings", "CmdOrCtrl+,"),
        separator,
        { role: "quit" },
      ],
    },
    { label: "&Edit", role: "editMenu" },
    {
      label: "&Run",
      submenu: [
        command("runView", "Run this view", "CmdOrCtrl+Enter"),
        command("runAll", "Run all cells", "CmdOrCtrl+Shift+Enter"),
        { ...command("cancel", "Cancel", "CmdOrCtrl+."), enabled: false },
      ],
    },
    {
      label: "&View",
      submenu: [
        ...MENU_VIEWS.map((name, index) =>
          command(name, name.slice("show".length), index < 9 ? `CmdOrCtrl+${index + 1}` : undefined),
        ),
        command("latestRun", "Latest run", "CmdOrCtrl+L"),
        separator,
        command("palette", "Command palette", "CmdOrCtrl+Shift+P"),
        command("presentation", "Presentation", "F5"),
        separator,
        { role: "resetZoom" },
        { role: "zoomIn" },
        { role: "zoomOut" },
        { role: "togglefullscreen" },
        ...debug,
      ],
    },
    {
      label: "&Help",
      submenu: [
        command("tour", "Tour"),
        command("shortcuts", "Keyboard shortcuts", "CmdOrCtrl+/"),
        { label: "Open logs folder", click: () => void shell.openPath(dirname(actions.logPath)) },
        separator,
        { label: `About ${app.getName()}`, click: actions.showAbout },
      ],
    },
  ];
}

/** Puts the menu in place. The returned function says whether an experiment is on. */
export function installMenu(actions: AppMenuActions): (running: boolean) => void {
  const menu = Menu.buildFromTemplate(menuTemplate(actions, { devTools: !app.isPackaged }));
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
