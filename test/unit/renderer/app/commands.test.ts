import { afterAll, expect, test, vi } from "vitest";
import { COMMAND_IDS } from "../../../../src/shared/ipc/window-commands.ts";
import { stubStorage } from "../stub-storage.ts";

stubStorage();
vi.stubGlobal("window", { lab: { platform: "linux" } });
afterAll(() => void vi.unstubAllGlobals());
const { COMMANDS } = await import("../../../../src/renderer/app/commands.ts");
const { openStore } = await import("../../../../src/renderer/live/document/open-notebook.ts");
const { commandState } = await import("../../../../src/renderer/app/menu-state.ts");

test("COMMANDS has every command that the menu may ask for, once", () => {
  expect(COMMANDS.map(({ id }) => id).sort()).toEqual(COMMAND_IDS.toSorted());
});

test("commandState() says what is not possible without a notebook, without work and without recent files, and what is on", () => {
  openStore.set(null);
  const { disabled, checked } = commandState();
  expect(disabled).toEqual(
    expect.arrayContaining([
      "cancel",
      "clear-recent",
      "save-notebook",
      "show-versions",
      "find",
      "run-cell",
      "end-presentation",
    ]),
  );
  expect(disabled).not.toContain("new-notebook");
  expect(checked).toEqual(["show-notebook", "theme-system"]);
});
