import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  addTestCounts,
  failedFiles,
  readTestCounts,
  testSummary,
} from "../../../scripts/setup/test-counts.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

describe("readTestCounts()", () => {
  it("counts a file that could not be loaded as a failure", () => {
    const file = join(temporaryFolder(), "report.json");
    const testResults = [
      { status: "failed", assertionResults: [] },
      { status: "failed", assertionResults: [{ status: "failed" }] },
    ];
    writeFileSync(
      file,
      JSON.stringify({
        numPassedTests: 7,
        numFailedTests: 1,
        numPendingTests: 0,
        numTodoTests: 0,
        testResults,
      }),
    );
    expect(readTestCounts(file)).toEqual({ passed: 7, failed: 2, skipped: 0 });
  });

  it("counts a missing report as a failure", () => {
    expect(readTestCounts(join(temporaryFolder(), "none.json"))).toEqual({
      passed: 0,
      failed: 1,
      skipped: 0,
    });
  });
});

describe("failedFiles()", () => {
  it("names files with a failure, none without a report", () => {
    const file = join(temporaryFolder(), "report.json");
    const testResults = [
      { name: "a.test.ts", status: "passed" },
      { name: "b.test.ts", status: "failed" },
    ];
    writeFileSync(file, JSON.stringify({ testResults }));
    expect(failedFiles(file)).toEqual(["b.test.ts"]);
    expect(failedFiles(`${file}.none`)).toEqual([]);
  });
});

describe("testSummary()", () => {
  it("adds phases up and names skipped tests only when there are some", () => {
    const sum = addTestCounts({ passed: 2, failed: 0, skipped: 0 }, { passed: 3, failed: 1, skipped: 0 });
    expect(testSummary(sum)).toBe("5 passed, 1 failed");
    expect(testSummary({ ...sum, skipped: 2 })).toBe("5 passed, 1 failed, 2 skipped");
  });
});
