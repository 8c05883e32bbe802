import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ContractError } from "../../../../src/core/errors.ts";
import { userDataFolder } from "../../../../src/main/cli/user-data-folder.ts";

describe("userDataFolder()", () => {
  it("is where Electron has it", () => {
    expect(userDataFolder("Lab", "linux", {})).toBe(join(homedir(), ".config", "Lab"));
    expect(userDataFolder("Lab", "linux", { XDG_CONFIG_HOME: "/x" })).toBe(join("/x", "Lab"));
  });

  it("says in words that a user has no home folder, and what to do (issue 20)", () => {
    const none = (): string => {
      throw new Error("A system error occurred: uv_os_homedir returned ENOENT");
    };
    expect(() => userDataFolder("Lab", "linux", {}, none)).toThrow(ContractError);
    expect(() => userDataFolder("Lab", "linux", {}, none)).toThrow(/no home folder.*--database, or set HOME/);
    expect(userDataFolder("Lab", "linux", { XDG_CONFIG_HOME: "/x" }, none)).toBe(join("/x", "Lab"));
  });
});
