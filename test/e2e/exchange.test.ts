import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { scalarRecord, versionRecord } from "../../src/main/exchange/tensorboard/event-writer.ts";
import { takeScreenshot } from "./take-screenshots.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";

const folder = mkdtempSync(join(tmpdir(), "backprop-lab-exchange-"));
const runs = join(folder, "runs of others");
const live = join(runs, "live.jsonl");
const START = 1_700_000_000_000;
let app: LaunchedApp;

beforeAll(async () => {
  mkdirSync(join(runs, "tensorboard"), { recursive: true });
  const scalars = Array.from({ length: 50 }, (_, step) =>
    scalarRecord({ timeMs: START + 1000 * step, step }, "loss/train", 2 / (step + 1)),
  );
  const events = Buffer.concat([versionRecord(START), ...scalars]);
  // Cut off in its last record, as a training that is killed leaves it.
  writeFileSync(join(runs, "tensorboard", "events.out.tfevents.1700000000.host"), events.subarray(0, -5));
  writeFileSync(
    live,
    '{"run":"live-run","name":"net in PyTorch","config":{"lr":0.1}}\n{"step":0,"loss":3}\n',
  );
  app = await launchApp({ env: { BACKPROP_LAB_OPEN_FILE: runs } });
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

const picture = async (name: string): Promise<void> => {
  for (const colorScheme of ["dark", "light"] as const) {
    await app.page.emulateMedia({ colorScheme });
    await app.page.waitForTimeout(300);
    await takeScreenshot(app.page, `exchange-${name}-${colorScheme}`);
  }
};

it("imports a folder of runs, marks them as measured elsewhere and says what is missing", async () => {
  const { page } = app;
  await page.getByRole("button", { name: "Runs", exact: true }).click();
  await page.getByRole("button", { name: "From other tools" }).click();
  await page.getByRole("menuitem", { name: "A folder of runs: TensorBoard, MLflow" }).click();
  await page.getByText("2 runs added").waitFor();
  await page
    .getByRole("button", { name: /tensorboard/ })
    .first()
    .click();
  const elsewhere = page.getByRole("region", { name: "Measured elsewhere" });
  await elsewhere.getByText(/ends in the middle of a record/).waitFor();
  await page
    .getByRole("region", { name: "Curves" })
    .getByText("loss/train", { exact: true })
    .first()
    .waitFor();
  await picture("imported-run");
});

it("follows a training while it grows, and draws it beside the others in a comparison", async () => {
  const { page } = app;
  await page.getByRole("button", { name: "All runs" }).click();
  await page.getByRole("button", { name: "From other tools" }).click();
  await page.getByRole("menuitem", { name: "Follow a folder while it grows" }).click();
  await page.getByRole("group", { name: "Followed while it grows" }).waitFor();
  const lossSteps = async (): Promise<number> =>
    page.evaluate(async () => {
      const table = await window.lab.runsTable({
        query: "kind:imported name:PyTorch",
        scope: "all",
        columns: [],
        groupBy: null,
        sort: { column: "started", descending: true },
        offset: 0,
        limit: 1,
      });
      if (!table.ok) throw new Error(table.error.message);
      const runIds = [...table.value.ids];
      const curves = await window.lab.runsCurves({
        runIds,
        metrics: ["loss"],
        columns: 100,
        steps: null,
        smoothings: [],
      });
      if (!curves.ok) throw new Error(curves.error.message);
      return curves.value[0]?.steps.length ?? 0;
    });
  for (let step = 1; step <= 5; step++) appendFileSync(live, `{"step":${step},"loss":${3 / (step + 1)}}\n`);
  await expect.poll(lossSteps).toBe(6);
  await picture("followed");
  await page.getByRole("button", { name: "Stop following" }).click();
  await expect.poll(() => page.getByRole("group", { name: "Followed while it grows" }).count()).toBe(0);
});

it("writes the training of the form as a PyTorch folder and as ONNX", async () => {
  const { page } = app;
  await page.getByRole("button", { name: "Train", exact: true }).click();
  const open = page.locator('button[data-action="export-training"]');
  await open.click();
  const dialog = page.getByRole("dialog", { name: "Export the training" });
  await dialog.waitFor();
  await picture("export-dialog");
  await dialog.getByLabel("With the data").uncheck();
  await dialog.getByRole("button", { name: "Write the PyTorch folder…" }).click();
  await page.getByText("PyTorch folder saved").waitFor();
  expect(readdirSync(join(app.saveDir, "training")).sort()).toEqual(
    [
      "README.md",
      "backprop_lab.py",
      "initial.safetensors",
      "lab_support.py",
      "model.py",
      "requirements.txt",
      "train.py",
    ].sort(),
  );
  await open.click();
  await dialog.getByLabel(/Softmax at the end/).check();
  await dialog.getByRole("button", { name: "Write the ONNX file…" }).click();
  await page.getByText("ONNX model saved").waitFor();
  expect(existsSync(join(app.saveDir, "training.onnx"))).toBe(true);
});

it("takes files that are dropped on the window", async () => {
  const { page } = app;
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["step,loss\n1,0.5\n2,0.25\n"], "dropped.csv", { type: "text/csv" }));
    const event = (type: string) =>
      new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event("dragenter"));
  });
  await page.getByText("Drop it here").waitFor();
  await picture("drop");
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["step,loss\n1,0.5\n2,0.25\n"], "dropped.csv", { type: "text/csv" }));
    document.body.dispatchEvent(
      new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }),
    );
  });
  await page.getByText("CSV: 1 run added").waitFor();
  await expect.poll(() => page.getByText("Drop it here").count()).toBe(0);
});
