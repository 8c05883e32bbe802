import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { NOTEBOOK_SPEC } from "../../src/shared/specs/notebook-spec.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { takeScreenshot } from "./take-screenshots.ts";

let scratchDir: string;
let profile: string;
let launched: LaunchedApp | null;

beforeEach(() => {
  scratchDir = mkdtempSync(join(tmpdir(), "backprop-lab-endings-"));
  profile = join(scratchDir, "profile");
  mkdirSync(profile);
  launched = null;
});
afterEach(async () => {
  // Gone already where the test ended the app itself.
  await launched?.close().catch(() => undefined);
  rmSync(scratchDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

const launch = async (): Promise<LaunchedApp> => (launched = await launchApp({ userDataDir: profile }));

/** Starts a training long enough to still be on when the test ends the app. @returns its run. */
async function startLongTraining({ page }: LaunchedApp): Promise<string> {
  const request = { spec: { ...NOTEBOOK_SPEC, seed: 7, epochs: 1_000 }, threads: 1 };
  const answer = await page.evaluate((given) => window.lab.trainingStart(given), request);
  if (!answer.ok) throw new Error(answer.error.message);
  await expect
    .poll(() => page.evaluate(() => window.lab.trainingState()))
    .toMatchObject({ ok: true, value: { runId: answer.value.runId } });
  return answer.value.runId;
}

test.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
  ["SIGHUP", 129],
] as const)(
  "30: %s while a training is on waits for no dialog, keeps the run and ends with %i",
  async (signal, code) => {
    const first = await launch();
    const runId = await startLongTraining(first);
    const child = first.app.process();
    const exited = once(child, "exit");
    // As often as it may come: from the terminal, from npm, from the start script.
    for (let times = 0; times < 3; times++) child.kill(signal);
    expect(await exited).toEqual([code, null]);
    const { page } = await launch();
    const run = await page.evaluate((id) => window.lab.runsGet({ runId: id }), runId);
    expect(run).toMatchObject({ ok: true, value: { run: { status: "cancelled", failure: null } } });
  },
);

test("31: a window whose database was damaged says what was restored and where the damaged file is", async () => {
  const first = await launch();
  await first.page.evaluate(() => window.lab.diagnosticsGet());
  await first.app.close();
  const database = join(profile, "lab.sqlite");
  truncateSync(database, Math.floor(readFileSync(database).length / 8192) * 4096);
  const { page } = await launch();
  const notice = page.getByText(/was kept as .*lab\.sqlite\.bad-\d{8}T\d{6}Z/);
  await notice.first().waitFor();
  expect(await notice.first().textContent()).toMatch(/The backup of .* was restored/);
  await takeScreenshot(page, "database-restored");
});

test("37: many queries in SQL, some of them endless or wrong, leave no process behind", async () => {
  const { app, page } = await launch();
  await page.evaluate(() => window.lab.diagnosticsGet());
  const ask = (sql: string) => page.evaluate((asked) => window.lab.databaseQuery({ sql: asked }), sql);
  const sqlProcesses = () =>
    app.evaluate(
      ({ app: electron }) =>
        electron.getAppMetrics().filter(({ serviceName, name }) => `${serviceName} ${name}`.includes("SQL"))
          .length,
    );
  const endless = ask(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
  );
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, i) => ask(i % 3 === 0 ? "nonsense" : `SELECT ${i} AS n`)),
  );
  expect(answers.filter(({ ok }) => ok)).toHaveLength(20);
  expect(await endless).toMatchObject({ ok: false });
  await expect.poll(sqlProcesses).toBe(0);
});
