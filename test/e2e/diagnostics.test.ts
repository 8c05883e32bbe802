import { NOTEBOOK_SPEC } from "../../src/shared/specs/notebook-spec.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LabBridge } from "../../src/shared/ipc/lab-bridge.ts";
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

const showDiagnostics = (): Promise<void> =>
  launched.page
    .getByRole("navigation", { name: "Views" })
    .getByRole("button", { name: "Diagnostics", exact: true })
    .click();

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
  await expect.poll(() => tune.getAttribute("aria-disabled")).toBe("false");
  const delay = page.locator("section", { hasText: "Event-loop delay of main, during the last run" }).last();
  await expect.poll(() => delay.innerText()).toMatch(/Training, 20 epochs/);
  expect(await delay.innerText()).toMatch(/99th percentile\s+[\d.]+ (µs|ms|s)/);
});
