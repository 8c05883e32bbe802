import { expect, test } from "vitest";
import { readConsoleMessage } from "../../../../src/main/shell/renderer-console.ts";

test("readConsoleMessage() reads the positional form of Electron 33", () => {
  expect(readConsoleMessage([{}, 3, "Refused to apply inline style", 12, "app://lab/"])).toEqual({
    level: "error",
    message: "Refused to apply inline style",
  });
});

test("readConsoleMessage() reads the named form of later versions", () => {
  expect(readConsoleMessage([{ level: "warning", message: "slow", lineNumber: 1 }])).toEqual({
    level: "warning",
    message: "slow",
  });
});
