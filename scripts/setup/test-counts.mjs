import fs from "node:fs";

/** @typedef {{ passed: number, failed: number, skipped: number }} TestCounts */

/**
 * Counts out of a vitest JSON report. A file that could not even be loaded has no failed test in it, so it
 * counts as one.
 *
 * @param {string} file
 * @returns {TestCounts}
 */
export function readTestCounts(file) {
  if (!fs.existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(fs.readFileSync(file, "utf8"));
  const unloaded = report.testResults.filter(
    (/** @type {{ status: string, assertionResults: unknown[] }} */ suite) =>
      suite.status === "failed" && suite.assertionResults.length === 0,
  ).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * Test files with a failure out of a vitest JSON report; none where there is no report.
 *
 * @param {string} file
 * @returns {string[]}
 */
export function failedFiles(file) {
  if (!fs.existsSync(file)) return [];
  const { testResults } = JSON.parse(fs.readFileSync(file, "utf8"));
  return testResults
    .filter((/** @type {{ status: string }} */ { status }) => status === "failed")
    .map((/** @type {{ name: string }} */ { name }) => name);
}

/** @param {TestCounts} a @param {TestCounts} b @returns {TestCounts} */
export function addTestCounts(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** @param {TestCounts} counts */
export function testSummary({ passed, failed, skipped }) {
  return `${String(passed)} passed, ${String(failed)} failed${skipped === 0 ? "" : `, ${String(skipped)} skipped`}`;
}
