import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { programOnPath } from "../../../scripts/setup/display.mjs";
import { mustPassOn } from "../../../scripts/setup/launch.mjs";
import { shellInvocation } from "../../../scripts/setup/npm-command.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

test("shellInvocation() on Windows quotes what has blanks for the shell that runs npm.cmd", () => {
  expect(shellInvocation("npm", ["install", "--prefix", String.raw`C:\My Lab\peers`], "win32")).toEqual({
    command: "npm",
    args: ["install", "--prefix", String.raw`"C:\My Lab\peers"`],
    shell: true,
  });
  expect(shellInvocation("npm", ["a b"], "linux")).toEqual({ command: "npm", args: ["a b"], shell: false });
});

test("programOnPath() on Windows finds a program by PATHEXT's endings", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "python.EXE"), "");
  const env = { PATH: folder, PATHEXT: ".COM;.EXE" };
  expect(programOnPath("python", { platform: "win32", env })).toBe(join(folder, "python.EXE"));
  expect(programOnPath("python", { platform: "linux", env })).toBeUndefined();
});

test("mustPassOn() leaves Ctrl+C on Windows to the console, which has told the child already", () => {
  expect(mustPassOn("SIGINT", "win32")).toBe(false);
  expect(mustPassOn("SIGTERM", "win32")).toBe(true);
  expect(mustPassOn("SIGINT", "linux")).toBe(true);
});
