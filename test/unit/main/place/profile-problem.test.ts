import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLog } from "../../../../src/main/place/log.ts";
import { profileProblem } from "../../../../src/main/place/profile-problem.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "profile-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("fault 25: profileProblem() names a profile that cannot be written, and leaves nothing in one that can (D35)", () => {
  expect(profileProblem(folder)).toBeNull();
  expect(readdirSync(folder)).toEqual([]);
  const file = join(folder, "file");
  writeFileSync(file, "");
  expect(profileProblem(join(file, "profile"))).toMatch(
    /cannot be written: ".*file.profile".*--user-data-dir/,
  );
});

test("openLog() goes on without a log where a file is in the way of its folder, and says so (D35)", () => {
  writeFileSync(join(folder, "logs"), "mine");
  const log = openLog(join(folder, "logs", "main.log"));
  expect(log.problem).toMatch(/main\.log" cannot be written/);
  log.info("nothing");
  expect(readFileSync(join(folder, "logs"), "utf8")).toBe("mine");
});
