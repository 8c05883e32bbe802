import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { scalarRecord, versionRecord } from "../../src/main/exchange/tensorboard/event-writer.ts";
import { threadLimits } from "../../src/main/peers/find-pytorch.ts";
import { TRAIN_PRESETS } from "../../src/shared/specs/train-presets.ts";
import { PYTHON, TORCH_PYTHON } from "../integration/exchange/run-python.ts";
import { runToEnd } from "./run-each-kind.ts";
import { PICTURES_WANTED, takeScreenshot } from "./take-screenshots.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";

const folder = mkdtempSync(join(tmpdir(), "backprop-lab-exchange-"));
const runs = join(folder, "runs of others");
const live = join(runs, "live.jsonl");
/** What the run's file holds before the script goes on with it. */
const BEGUN = '{"run":"live-run","name":"net in PyTorch","config":{"lr":0.1}}\n{"step":0,"loss":3}\n';
const START = 1_700_000_000_000;
const MNIST = resolve("resources/data/mnist");
/** Goes on with the run of the file for a minute: PyTorch's training of the notebook's network where it is installed. */
const WRITER = `
import backprop_lab, sys, time
try:
    import torch
    from torch import nn
except ImportError:
    torch = None

def losses():
    if torch is None:
        yield from (3 / (step + 1) for step in range(1, 300))
        return
    def read(name, header_bytes, count):
        with open(sys.argv[2] + "/" + name, "rb") as file:
            file.seek(header_bytes)
            return torch.frombuffer(bytearray(file.read(count)), dtype=torch.uint8)
    torch.manual_seed(42)
    x = read("train-images-idx3-ubyte", 16, 2000 * 784).reshape(-1, 784).float() / 255
    y = read("train-labels-idx1-ubyte", 8, 2000).long()
    net = nn.Sequential(nn.Linear(784, 50), nn.ReLU(), nn.Linear(50, 10))
    optimiser = torch.optim.SGD(net.parameters(), lr=0.1)
    for step in range(1, 300):
        rows = torch.randint(0, len(x), (64,))
        loss = nn.functional.cross_entropy(net(x[rows]), y[rows])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        yield loss

with backprop_lab.Run(sys.argv[1], append=True) as run:
    for step, loss in enumerate(losses(), 1):
        run.log(step, loss=loss)
        time.sleep(0.2)
`;
let app: LaunchedApp;

beforeAll(async () => {
  mkdirSync(join(runs, "tensorboard"), { recursive: true });
  const scalars = Array.from({ length: 50 }, (_, step) =>
    scalarRecord({ timeMs: START + 1000 * step, step }, "loss/train", 2 / (step + 1)),
  );
  const events = Buffer.concat([versionRecord(START), ...scalars]);
  // Cut off in its last record, as a training that is killed leaves it.
  writeFileSync(join(runs, "tensorboard", "events.out.tfevents.1700000000.host"), events.subarray(0, -5));
  writeFileSync(live, BEGUN);
  app = await launchApp({ page: "checkedIfThorough", env: { BACKPROP_LAB_OPEN_FILE: runs } });
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

const picture = async (name: string): Promise<void> => {
  if (!PICTURES_WANTED) return;
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

it.skipIf(PYTHON === null)(
  "follows a training in Python while it grows, and draws it live beside the lab's own in a comparison",
  async () => {
    const { page } = app;
    const own = { ...TRAIN_PRESETS.small.spec, data: { name: "mnist", split: "train", rows: 200 } };
    expect(
      await runToEnd(page, { training: { spec: { ...own, validRows: 50, epochs: 3 }, threads: 1 } }),
    ).toContain("training finished");
    await page.getByRole("button", { name: "All runs" }).click();
    await page.getByRole("button", { name: "From other tools" }).click();
    await page.getByRole("menuitem", { name: "Follow a folder while it grows" }).click();
    await page.getByRole("group", { name: "Followed while it grows" }).waitFor();
    await page.getByRole("checkbox", { name: "Select net in PyTorch" }).check();
    await page
      .getByRole("checkbox", { name: /^Select 784-/ })
      .first()
      .check();
    await page.getByRole("button", { name: "Compare" }).click();
    await page.getByRole("heading", { name: "2 runs side by side" }).waitFor();
    // One thread: those of OpenMP spin at every barrier, which takes a busy machine's processors from the app.
    const writer = spawn(TORCH_PYTHON ?? PYTHON ?? "", ["-c", WRITER, live, MNIST], {
      cwd: resolve("resources/python"),
      env: { ...process.env, ...threadLimits(1) },
      stdio: ["ignore", "ignore", "inherit"],
    });
    try {
      // How long torch takes to start is not what this test is about.
      const written = (): number => readFileSync(live, "utf8").length;
      await expect.poll(written, { timeout: 120_000 }).toBeGreaterThan(BEGUN.length);
      // Each look at it is one more chart while the script is still at work.
      const seen = new Set<string>();
      const drawn = async (): Promise<number> => {
        const chart = page.locator('canvas[aria-label*="net in PyTorch ends at"]').first();
        const summary = (await chart.getAttribute("aria-label")) ?? "";
        seen.add(/net in PyTorch ends at ([^;]+)/.exec(summary)?.[1] ?? "");
        return seen.size;
      };
      await expect.poll(drawn, { timeout: 60_000 }).toBeGreaterThan(3);
      expect(writer.exitCode).toBeNull();
      await picture("followed-in-compare");
    } finally {
      writer.kill();
    }
    await page.getByRole("button", { name: "All runs" }).click();
    await page.getByRole("button", { name: "Stop following" }).click();
    await expect.poll(() => page.getByRole("group", { name: "Followed while it grows" }).count()).toBe(0);
  },
  300_000,
);

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
  const drop = (name: string, content: string) =>
    page.evaluate(
      ([file, text]) => {
        const data = new DataTransfer();
        data.items.add(new File([text], file));
        document.body.dispatchEvent(
          new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }),
        );
      },
      [name, content] as const,
    );
  await drop("dropped.csv", "step,loss\n1,0.5\n2,0.25\n");
  await page.getByText("CSV: 1 run added").waitFor();
  await expect.poll(() => page.getByText("Drop it here").count()).toBe(0);
  await drop("mine.lab.ts", "// lab notebook 1 · title: Dropped\n// %% code id=a\nprint(1);\n");
  await expect.poll(() => page.getByLabel("Title of the notebook").inputValue()).toBe("Dropped");
  await drop("net.safetensors", "none");
  await page.getByText("net.safetensors was not taken").waitFor();
  expect(await page.getByRole("button", { name: "Train", exact: true }).getAttribute("aria-current")).toBe(
    "page",
  );
});
