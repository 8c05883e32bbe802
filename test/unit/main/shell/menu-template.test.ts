import type { MenuItemConstructorOptions } from "electron";
import { expect, test } from "vitest";
import { acceleratorOf, menuTemplate } from "../../../../src/main/shell/menu-template.ts";
import { COMMAND_IDS, COMMAND_KEYS, type RecentEntry } from "../../../../src/shared/ipc/window-commands.ts";

const nothing = () => undefined;
const actions = {
  send: nothing,
  openRecent: nothing,
  showAbout: nothing,
  openLogs: nothing,
  openLicences: nothing,
};
type Item = MenuItemConstructorOptions;
const template = (platform: NodeJS.Platform, recent: readonly RecentEntry[] = [], given: object = {}) =>
  menuTemplate({ ...actions, ...given }, { appName: "Backprop Lab", platform, devTools: false }, recent);
const submenu = (menu: Item | undefined): Item[] => (Array.isArray(menu?.submenu) ? menu.submenu : []);
const words = (items: readonly Item[]): string[] => items.map(({ label, role }) => label ?? role ?? "-");
/** With those of the menus inside. */
const itemsOf = (items: readonly Item[]): Item[] =>
  items.flatMap((item) => [item, ...itemsOf(submenu(item))]);

test("menuTemplate() on macOS begins with the app's menu and has a Window menu", () => {
  const menus = template("darwin");
  expect(words(menus)).toEqual(["Backprop Lab", "&File", "&Edit", "&View", "&Run", "windowMenu", "&Help"]);
  expect(words(submenu(menus[0]))).toEqual(
    expect.arrayContaining(["About Backprop Lab", "Settings…", "hide", "quit"]),
  );
  expect(words(submenu(menus[1]))).toContain("close");
  expect(words(submenu(menus[1]))).not.toContain("quit");
});

test.each(["linux", "win32"] as const)(
  "menuTemplate() on %s has Settings and Quit in File, About in Help",
  (platform) => {
    const menus = template(platform);
    expect(words(submenu(menus[0]))).toEqual(expect.arrayContaining(["Settings", "quit"]));
    expect(words(submenu(menus.at(-1)))).toEqual(expect.arrayContaining(["Licences", "About Backprop Lab"]));
  },
);

test.each(["linux", "darwin"] as const)(
  "menuTemplate() on %s has every command of the window once, with its first key, which the page hears",
  (platform) => {
    const items = itemsOf(template(platform)).filter(({ id }) => id !== undefined);
    // A presentation has no menu in sight that could end it.
    const expected = COMMAND_IDS.filter((id) => id !== "end-presentation");
    expect(items.map(({ id }) => id).sort()).toEqual(expected.toSorted());
    for (const { id, accelerator, registerAccelerator } of items) {
      const keys: readonly string[] =
        COMMAND_KEYS[expected.find((known) => known === id) ?? "end-presentation"];
      const shown = keys.at(0);
      expect(accelerator, id).toBe(shown === undefined ? undefined : acceleratorOf(shown));
      if (accelerator !== undefined) expect(registerAccelerator, id).toBe(false);
    }
    const given = items.flatMap(({ accelerator }) => accelerator ?? []);
    expect(new Set(given).size).toBe(given.length);
  },
);

test("acceleratorOf() writes keys as Electron does", () => {
  expect(["Mod-Shift-e", "Mod-Enter", "Mod-,", "F5"].map(acceleratorOf)).toEqual([
    "CmdOrCtrl+Shift+E",
    "CmdOrCtrl+Enter",
    "CmdOrCtrl+,",
    "F5",
  ]);
});

test("menuTemplate() names what was opened lately as it is, and opens it by its id", () => {
  const recentOf = (recent: readonly RecentEntry[], given: object = {}) =>
    submenu(itemsOf(template("linux", recent, given)).find(({ label }) => label === "Open recent"));
  expect(words(recentOf([]))).toEqual(["Nothing was opened yet", "-", "Clear recent files"]);

  const asked: string[] = [];
  const recent = [{ id: "1f", kind: "notebook", label: "Loss & gradient" } as const];
  const items = recentOf(recent, { openRecent: (id: string) => asked.push(id) });
  expect(words(items)).toEqual(["Loss && gradient", "-", "Clear recent files"]);
  const click = items[0]?.click as () => void;
  click();
  expect(asked).toEqual(["1f"]);
});
