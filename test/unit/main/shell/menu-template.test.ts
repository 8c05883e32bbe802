import type { MenuItemConstructorOptions } from "electron";
import { expect, test } from "vitest";
import { menuTemplate } from "../../../../src/main/shell/menu-template.ts";

const nothing = () => undefined;
const actions = { send: nothing, showAbout: nothing, openLogs: nothing, openLicences: nothing };
const template = (platform: NodeJS.Platform) =>
  menuTemplate(actions, { appName: "Backprop Lab", platform, devTools: false });
const items = (menu: MenuItemConstructorOptions | undefined): string[] =>
  Array.isArray(menu?.submenu) ? menu.submenu.map(({ label, role }) => label ?? role ?? "-") : [];

test("menuTemplate() on macOS begins with the app's menu and has a Window menu", () => {
  const menus = template("darwin");
  expect(menus.map(({ label, role }) => label ?? role)).toEqual([
    "Backprop Lab",
    "&File",
    "&Edit",
    "&Run",
    "&View",
    "windowMenu",
    "&Help",
  ]);
  expect(items(menus[0])).toEqual(expect.arrayContaining(["About Backprop Lab", "Settings", "hide", "quit"]));
  expect(items(menus[1])).toContain("close");
  expect(items(menus[1])).not.toContain("quit");
});

test.each(["linux", "win32"] as const)(
  "menuTemplate() on %s has Settings and Quit in File, About in Help",
  (platform) => {
    const menus = template(platform);
    expect(items(menus[0])).toEqual(expect.arrayContaining(["Settings", "quit"]));
    expect(items(menus.at(-1))).toEqual(expect.arrayContaining(["Licences", "About Backprop Lab"]));
  },
);

test("menuTemplate() gives no key and no id twice", () => {
  for (const platform of ["linux", "darwin"] as const) {
    const all = template(platform).flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []));
    for (const of of ["id", "accelerator"] as const) {
      const given = all.flatMap((item) => (item[of] === undefined ? [] : [item[of]]));
      expect(new Set(given).size).toBe(given.length);
    }
  }
});
