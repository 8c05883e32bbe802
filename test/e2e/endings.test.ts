import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { THOROUGH, times } from "../thorough.ts";
import { NOTEBOOK_SPEC } from "../../src/shared/specs/notebook-spec.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { takeScreenshot } from "./take-screenshots.ts";

const scratchDir = mkdtempSync(join(tmpdir(), "backprop-lab-endings-"));
const profile = join(scratchDir, "profile");
/** Each test begins in the window that the one before has opened to see what was kept. */
let lab: LaunchedApp;
beforeAll(async () => {
  lab = await launchApp({ userDataDir: profile });
});
afterAll(async () => {
  await lab.close();
  rmSync(scratchDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

/** Opens the next window on the same profile, once the last one has ended. */
async function launchAgain(prepare: () => void = () => undefined): Promise<LaunchedApp> {
  // Gone already where the test ended the app itself.
  await lab.close();
  lab = await launchApp({ userDataDir: profile, prepare });
  return lab;
}

/** Starts a training long enough to still be on when the test ends the app. @returns its run. */
async function startLongTraining({ page }: LaunchedApp, seed: number): Promise<string> {
  const request = { spec: { ...NOTEBOOK_SPEC, seed, epochs: 1_000 }, threads: 1 };
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
    const runId = await startLongTraining(lab, code);
    const child = lab.app.process();
    const exited = once(child, "exit");
    // As often as it may come: from the terminal, from npm, from the start script.
    for (let times = 0; times < 3; times++) child.kill(signal);
    expect(await exited).toEqual([code, null]);
    const { page } = await launchAgain();
    const run = await page.evaluate((id) => window.lab.runsGet({ runId: id }), runId);
    expect(run).toMatchObject({ ok: true, value: { run: { status: "cancelled", failure: null } } });
  },
);

test("31: a window whose database was damaged says what was restored and where the damaged file is", async () => {
  await lab.page.evaluate(() => window.lab.diagnosticsGet());
  await lab.app.close();
  const database = join(profile, "lab.sqlite");
  const whole = readFileSync(database);
  const damaged = whole.subarray(0, Math.floor(whole.length / 8192) * 4096);
  const { page } = await launchAgain(() => {
    for (const part of ["-wal", "-shm"]) rmSync(`${database}${part}`, { force: true });
    writeFileSync(database, damaged);
  });
  const notice = page.getByText(/was kept as .*lab\.sqlite\.bad-\d{8}T\d{6}Z/);
  await notice.first().waitFor();
  expect(await notice.first().textContent()).toMatch(/The backup of .* was restored/);
  await takeScreenshot(page, "database-restored");
});

/** A third of them wrong. */
const QUERIES = times(12, 30);

test("37: many queries in SQL, some of them endless or wrong, leave no process behind", async () => {
  const { app, page } = lab;
  await page.evaluate(() => window.lab.diagnosticsGet());
  const ask = (sql: string) => page.evaluate((asked) => window.lab.databaseQuery({ sql: asked }), sql);
  const sqlProcesses = () =>
    app.evaluate(({ app: electron }) =>
      electron
        .getAppMetrics()
        .filter(({ serviceName, name }) => `${serviceName} ${name}`.includes("SQL"))
        .map(({ pid }) => pid),
    );
  const endless = ask(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
  );
  if (!THOROUGH && process.platform !== "win32") {
    // It has ten seconds, in which it would keep a processor busy: standing still, it answers as little.
    await expect.poll(sqlProcesses).toHaveLength(1);
    const [busy] = await sqlProcesses();
    process.kill(busy, "SIGSTOP");
  }
  const answers = await Promise.all(
    Array.from({ length: QUERIES }, (_, i) => ask(i % 3 === 0 ? "nonsense" : `SELECT ${i} AS n`)),
  );
  expect(answers.filter(({ ok }) => ok)).toHaveLength((2 * QUERIES) / 3);
  const ended = await endless;
  expect(ended.ok ? "" : ended.error.message).toContain("took longer than 10 s");
  await expect.poll(sqlProcesses).toEqual([]);
});
