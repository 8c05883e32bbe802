import type { MenuItemConstructorOptions } from "electron";
import { MENU_VIEWS, type IpcEvent } from "../../shared/ipc/ipc-contract.ts";

export type MenuCommand = IpcEvent<"menuCommand">;

export interface MenuActions {
  readonly send: (command: MenuCommand) => void;
  readonly showAbout: () => void;
  readonly openLogs: () => void;
  readonly openLicences: () => void;
}

export interface MenuPlace {
  readonly appName: string;
  readonly platform: NodeJS.Platform;
  readonly devTools: boolean;
}

/**
 * Every command of the app with its key. Commands that the window carries out are sent there. On macOS the first menu
 * is the app's own, with About, Settings and Quit, and there is a Window menu; elsewhere File and Help have these.
 */
export function menuTemplate(
  actions: MenuActions,
  { appName, platform, devTools }: MenuPlace,
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
  const about: MenuItemConstructorOptions = { label: `About ${appName}`, click: actions.showAbout };
  const settings = command("showSettings", "Settings", "CmdOrCtrl+,");
  const isMac = platform === "darwin";
  const appMenu: MenuItemConstructorOptions = {
    label: appName,
    submenu: [
      about,
      separator,
      settings,
      separator,
      { role: "services" },
      separator,
      { role: "hide" },
      { role: "hideOthers" },
      { role: "unhide" },
      separator,
      { role: "quit" },
    ],
  };
  return [
    ...(isMac ? [appMenu] : []),
    {
      label: "&File",
      submenu: [
        command("importRuns", "Import runs…", "CmdOrCtrl+O"),
        command("importOthers", "Import runs of other tools…"),
        command("followFile", "Follow a training of another tool…"),
        command("exportRuns", "Export all runs…", "CmdOrCtrl+Shift+E"),
        ...(isMac
          ? [separator, { role: "close" } as const]
          : [separator, settings, separator, { role: "quit" } as const]),
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
    ...(isMac ? [{ role: "windowMenu" } as const] : []),
    {
      label: "&Help",
      // macOS puts its search field into the menu of this role.
      ...(isMac ? { role: "help" as const } : {}),
      submenu: [
        command("tour", "Tour"),
        command("shortcuts", "Keyboard shortcuts", "CmdOrCtrl+/"),
        { label: "Open logs folder", click: actions.openLogs },
        { label: "Licences", click: actions.openLicences },
        ...(isMac ? [] : [separator, about]),
      ],
    },
  ];
}
