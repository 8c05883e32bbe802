import { NOTEBOOK_SPEC } from "../../src/shared/specs/notebook-spec.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LabBridge } from "../../src/shared/ipc/lab-bridge.ts";
import { showView } from "./drive-window.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";

declare global {
  interface Window {
    lab: LabBridge;
  }
}

let launched: LaunchedApp;
beforeAll(async () => {
  launched = await launchApp();
});
afterAll(async () => {
  await launched.close();
});

const showDiagnostics = (): Promise<void> => showView(launched.page, "Diagnostics");

async function measuredAt(): Promise<string> {
  const answer = await launched.page.evaluate(() => window.lab.diagnosticsGet());
  return answer.ok ? answer.value.tuning.measuredAt : expect.fail(answer.error.message);
}

test("the diagnostics show every set of kernels beside the peak, and tune again when asked", async () => {
  const { page } = launched;
  await showDiagnostics();
  const table = page.getByRole("region", { name: "Kernels" });
  await expect.poll(() => table.getByRole("row").count()).toBe(4);
  expect(await table.innerText()).toMatch(/relaxed256[\s\S]*\d+ %/);
  expect(await page.getByText(/Multiply-add peak/).innerText()).toMatch(/\d+(\.\d+)? GFLOP\/s/);
  const before = await measuredAt();
  const tune = page.getByRole("button", { name: "Tune again" });
  await tune.focus();
  await page.keyboard.press("Enter");
  await expect.poll(measuredAt).not.toBe(before);
  await tune.waitFor();
  expect(await tune.evaluate((button) => button === document.activeElement)).toBe(true);
});

test("the diagnostics name the last run and how long it held up main", async () => {
  const { page } = launched;
  await showDiagnostics();
  const data = { ...NOTEBOOK_SPEC.data, rows: 5_000 };
  const request = { spec: { ...NOTEBOOK_SPEC, data, seed: 1, epochs: 20 }, threads: 2 };
  await page.evaluate((given) => window.lab.trainingStart(given), request);
  const tune = page.getByRole("button", { name: "Tune again" });
  await expect.poll(() => tune.getAttribute("aria-disabled")).toBe("true");
  await expect.poll(() => tune.getAttribute("aria-disabled"), { timeout: 120_000 }).toBe("false");
  const delay = page.locator("section", { hasText: "Event-loop delay of main, during the last run" }).last();
  await expect.poll(() => delay.innerText()).toMatch(/Training, 20 epochs/);
  expect(await delay.innerText()).toMatch(/99th percentile\s+[\d.]+ (µs|ms|s)/);
});

test("the diagnostics measure where a training step's time goes, and keep it as a run", async () => {
  const { page } = launched;
  await showDiagnostics();
  const part = page.getByRole("region", { name: "Where a training step's time goes" });
  const measure = part.getByRole("button", { name: "Measure", exact: true });
  await expect.poll(() => measure.isEnabled(), { timeout: 120_000 }).toBe(true);
  // The training of the test before.
  await part.getByLabel("Step").selectOption("last-training");
  expect(await part.getByLabel("Step").locator("option:checked").innerText()).toBe("Last training");
  expect(await part.innerText()).toContain("(784-50-1");
  expect(await part.getByLabel("Optimiser").count()).toBe(0);
  await part.getByLabel("Step").selectOption({ label: "784-50-10, batches of 512" });
  await part.getByLabel("Optimiser").selectOption({ label: "AdamW, one cycle" });
  await measure.click();
  await part.getByText(/warm-up|steps without clocks/).waitFor();
  await part.getByRole("button", { name: "Cancel" }).click();
  await expect.poll(() => measure.isEnabled(), { timeout: 120_000 }).toBe(true);
  expect(await part.getByRole("figure").count()).toBe(0);

  await measure.click();
  const table = part.getByRole("region", { name: "A step by op and worker, µs" });
  await table.waitFor({ timeout: 60_000 });
  const threads = ((await table.getByRole("columnheader").count()) - 3) / 2;
  const lines = await table.getByRole("row").allInnerTexts();
  expect(lines[0]).toMatch(/group\s+op\s+makes\s+wait 1\s+worker 1/);
  expect(lines.filter((line) => line.includes("adam"))).not.toHaveLength(0);
  expect(lines.at(-1)).toMatch(/between the ops/);
  const runs = await page.evaluate(() => window.lab.runsList());
  const run = runs.ok
    ? runs.value.find(({ kind, status }) => kind === "profile" && status === "finished")
    : null;
  const record = await page.evaluate((runId) => window.lab.profileGet({ runId }), run!.id);
  if (!record.ok) expect.fail(record.error.message);
  const { profile } = record.value.report;
  expect(profile).toMatchObject({ batchSize: 512, threads });
  // Ops, waiting and the rest are the whole step, of each worker.
  for (let worker = 0; worker < threads; worker++) {
    const sum = profile.ops.reduce(
      (all, { workers }) => all + workers[worker].us + workers[worker].waitUs,
      profile.restUs[worker],
    );
    expect(sum).toBeCloseTo(profile.profiled.medianUs, 6);
  }

  // The chart says the same to the keyboard and as a table.
  const chart = part.getByRole("figure");
  await chart.getByRole("group", { name: /^Drawing: / }).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => chart.getByRole("status").first().textContent()).toMatch(/worker 1/);
  await chart.getByRole("button", { name: /^Show as table/ }).click();
  await chart.getByRole("columnheader", { name: "wait µs" }).waitFor();

  await page.reload();
  await showDiagnostics();
  await part.getByText(/A step takes/).waitFor();
  expect(await table.getByRole("row").count()).toBe(lines.length);
  await part.getByRole("button", { name: "Open the run" }).click();
  await page.getByRole("heading", { name: "Where the step’s time goes" }).waitFor();
  await page.getByText(/bench .*\.json --profile --threads/).waitFor();
});
