import { userInfo } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ContractError } from "../../../../src/core/errors.ts";
import { userDataFolder } from "../../../../src/main/place/user-data-folder.ts";

const home = userInfo().homedir;

test("userDataFolder() follows XDG_CONFIG_HOME and HOME", () => {
  expect(userDataFolder("Lab", "linux", { XDG_CONFIG_HOME: "/cfg", HOME: "/home/a" })).toBe("/cfg/Lab");
  expect(userDataFolder("Lab", "linux", { HOME: "/home/a" })).toBe("/home/a/.config/Lab");
});

test.each([
  ["empty XDG_CONFIG_HOME", { XDG_CONFIG_HOME: "", HOME: "/home/a" }, "/home/a/.config/Lab"],
  ["relative XDG_CONFIG_HOME", { XDG_CONFIG_HOME: "cfg", HOME: "/home/a" }, "/home/a/.config/Lab"],
  ["empty HOME", { HOME: "" }, join(home, ".config", "Lab")],
  ["no HOME", {}, join(home, ".config", "Lab")],
  ["relative HOME", { HOME: "." }, join(home, ".config", "Lab")],
])("userDataFolder() never leads into the current folder: %s", (_name, env, expected) => {
  expect(userDataFolder("Lab", "linux", env)).toBe(expected);
});

test("userDataFolder() on macOS and Windows is where Electron puts it", () => {
  expect(userDataFolder("Lab", "darwin", { HOME: "/Users/a" })).toBe(
    "/Users/a/Library/Application Support/Lab",
  );
  const appData = String.raw`C:\Users\a\AppData\Roaming`;
  // The test itself runs on another system, whose separator joins the name.
  expect(userDataFolder("Lab", "win32", { APPDATA: appData })).toBe(join(appData, "Lab"));
  expect(userDataFolder("Lab", "win32", { APPDATA: "", USERPROFILE: String.raw`C:\Users\a` })).toBe(
    join(String.raw`C:\Users\a`, "AppData", "Roaming", "Lab"),
  );
});

test("userDataFolder() says in words that a user has no home folder, and what to do (issue 20)", () => {
  const none = (): string => {
    throw new Error("A system error occurred: uv_os_get_passwd returned ENOENT");
  };
  expect(() => userDataFolder("Lab", "linux", {}, none)).toThrow(ContractError);
  expect(() => userDataFolder("Lab", "linux", {}, none)).toThrow(/no home folder.*--database, or set HOME/);
  expect(userDataFolder("Lab", "linux", { XDG_CONFIG_HOME: "/x" }, none)).toBe(join("/x", "Lab"));
});
