import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../../src/main/lab/lab.ts";
import { TRAIN_PRESETS } from "../../../src/shared/specs/train-presets.ts";
import type { RunSummary } from "../../../src/shared/runs/run-records.ts";
import type { TrainSpec } from "../../../src/shared/specs/train-spec.ts";
import { labHere } from "./lab-here.ts";
import { APP_VERSION, labOptions, makeTuned, openTunedLab } from "./open-test-lab.ts";

const EPOCHS = 10;

/** With everything that must survive: an optimiser's memory, a schedule, dropout, running averages, shifted images. */
const SPEC: TrainSpec = {
  ...TRAIN_PRESETS.normalised.spec,
  data: { name: "mnist", split: "train", rows: 2_000 },
  batchSize: 32,
  epochs: EPOCHS,
  validRows: 250,
  augmentShift: 2,
  clipNorm: 2,
  statisticsEvery: 50,
};

const PROGRAM = resolve("out/main/lab.js");

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "backprop-lab-resume-"));
  folders.push(folder);
  return folder;
}

/** Every loss and accuracy of a run, by name and step; a point that is there twice is two entries. */
const curve = (lab: Lab, runId: string): string[] =>
  lab.runs
    .metrics(runId)
    .map(({ name, step, value }) => `${name} ${step}: ${value}`)
    .sort();

const stepReached = (lab: Lab, runId: string): number =>
  Math.max(0, ...lab.runs.metrics(runId).map(({ step }) => step));

/** The runs of a database that no lab has open. */
const savedRuns = async (databasePath: string): Promise<RunSummary[]> =>
  JSON.parse((await labHere("runs", "--json", "--database", databasePath)).stdout) as RunSummary[];

/** Waits until the training that is on has come to a step. */
async function until(lab: Lab, wanted: number): Promise<void> {
  while ((lab.training.state()?.step ?? 0) < wanted) await new Promise((resolve) => setTimeout(resolve, 5));
}

let expected: string[] = [];
let lab: Lab;
beforeAll(async () => {
  lab = await openTunedLab(labOptions(newFolder(), 2));
  const run = await lab.training.start({ spec: SPEC, threads: 2 }).done;
  expect(run.status).toBe("finished");
  expected = curve(lab, run.id);
}, 240_000);
afterAll(async () => {
  await lab.close();
});

describe("Lab.training.resume()", () => {
  it("goes on after a cancellation with the same losses, none of them twice", async () => {
    const started = lab.training.start({ spec: SPEC, threads: 2, again: true });
    await until(lab, 100);
    lab.activity.cancel();
    expect((await started.done).status).toBe("cancelled");
    expect(stepReached(lab, started.runId)).toBeGreaterThan(50);
    const run = await lab.training.resume({ runId: started.runId }).done;
    expect(run.status).toBe("finished");
    expect(curve(lab, run.id)).toEqual(expected);
    expect(lab.runs.get({ runId: run.id }).events.map(({ kind }) => kind)).toContain("resumed");
  }, 60_000);

  it("fault 1: goes on after three kills of the process with the same losses, none of them twice", async () => {
    const folder = newFolder();
    const { databasePath } = labOptions(folder, 2);
    await makeTuned(databasePath);
    const file = join(folder, "spec.json");
    writeFileSync(file, JSON.stringify(SPEC));
    let runId = "";
    for (const killedAt of [60, 180, 300]) {
      const args = runId === "" ? [file] : ["--resume", runId];
      const options = ["--database", databasePath, "--threads", "2", "--json"];
      const child = spawn(process.execPath, [PROGRAM, "train", ...args, ...options], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      const ended = once(child, "exit");
      for await (const line of createInterface({ input: child.stdout })) {
        const { step } = JSON.parse(line) as { step?: number };
        if ((step ?? 0) >= killedAt) child.kill("SIGKILL");
      }
      await ended;
      const [run] = await savedRuns(databasePath);
      runId = run.id;
      expect(run.status).toBe("interrupted");
    }
    // A training goes on with the code that began it: the built program's version is part of that.
    const opened = await openTunedLab({ ...labOptions(folder, 2), appVersion: APP_VERSION });
    const [before] = opened.runs.list();
    expect(before.status).toBe("interrupted");
    await opened.training.resume({ runId }).done;
    expect(opened.runs.get({ runId }).run.status).toBe("finished");
    expect(curve(opened, runId)).toEqual(expected);
    await opened.close();
  }, 400_000);

  it("keeps a learning rate that was changed by hand", async () => {
    const started = lab.training.start({ spec: { ...SPEC, seed: 5 }, threads: 2 });
    await until(lab, 50);
    lab.training.control({ action: "lr", lr: 1e-4 });
    const change = (): string | undefined =>
      lab.runs.get({ runId: started.runId }).events.find(({ kind }) => kind === "lr")?.text;
    while (change() === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    // The rate is a float32, which has no more digits that count.
    expect(change()).toMatch(/^0\.0*[1-9]\d{0,5} → 0\.0001$/);
    const at = lab.training.state()?.step ?? 0;
    await until(lab, at + 1);
    lab.activity.cancel();
    await started.done;
    const resumed = lab.training.resume({ runId: started.runId });
    await until(lab, at + 2);
    const lr = lab.training.state()?.lr ?? NaN;
    lab.activity.cancel();
    await resumed.done;
    expect(lr).toBeLessThan(3e-4);
  }, 60_000);

  it("refuses what is finished, and what is there already", () => {
    const done = lab.runs.list().find(({ status }) => status === "finished");
    expect(() => lab.training.resume({ runId: done?.id ?? "" })).toThrow(
      /is finished: there is nothing to resume/,
    );
    expect(() => lab.training.start({ spec: SPEC, threads: 2 })).toThrow(/is there already: run training-/);
  });
});

describe("a training", () => {
  it("is paused and answers Cancel while it is", async () => {
    const started = lab.training.start({ spec: { ...SPEC, seed: 6 }, threads: 2 });
    await until(lab, 20);
    lab.training.control({ action: "pause" });
    const isPaused = (): boolean => lab.activity.state()?.phase.startsWith("paused") === true;
    while (!isPaused()) await new Promise((resolve) => setTimeout(resolve, 5));
    const at = lab.training.state()?.step;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(lab.training.state()?.step).toBe(at);
    lab.activity.cancel();
    expect((await started.done).status).toBe("cancelled");
  }, 60_000);

  it("ends at a loss, after some time, or when the validation loss no longer falls, and says so", async () => {
    const reasonOf = async (change: Partial<TrainSpec>): Promise<string> => {
      const run = await lab.training.start({ spec: { ...SPEC, epochs: 500, ...change }, threads: 2 }).done;
      expect(run.status).toBe("finished");
      return lab.runs.get({ runId: run.id }).events.find(({ kind }) => kind === "stopped")?.text ?? "";
    };
    expect(await reasonOf({ stopAtLoss: 1.5 })).toMatch(/^the loss is .* at most 1.5$/);
    expect(await reasonOf({ stopAfterSeconds: 0.5 })).toBe("0.5 s have passed");
    const still = { optimizer: { ...TRAIN_PRESETS.softmax.spec.optimizer, lr: 1e-12 } };
    expect(await reasonOf({ ...still, earlyStop: { patience: 3, minDelta: 0.01 } })).toMatch(
      /^the validation loss was not lower for 3 epochs/,
    );
  }, 60_000);

  it("waits in the queue for its turn", async () => {
    const small: TrainSpec = { ...SPEC, epochs: 1, seed: 9 };
    const path = join(newFolder(), "weights.safetensors");
    const trained = lab.runs.list().findLast(({ status }) => status === "finished");
    await lab.learned.saveWeights(
      { runId: trained?.id ?? "", weights: "final" },
      { format: "safetensors", path },
    );
    const weights = readFileSync(path);
    const first = lab.training.start({ spec: small, threads: 2 });
    lab.training.enqueue({ requests: [{ spec: { ...small, seed: 10 }, threads: 2 }], note: "second" });
    lab.training.enqueue({
      requests: [{ spec: { ...small, seed: 11 }, threads: 2 }],
      note: "third",
      weights,
    });
    expect(lab.training.queueGet().map(({ note }) => note)).toEqual(["second", "third"]);
    await first.done;
    const seeds = (): unknown[] =>
      lab.runs
        .list()
        .filter(({ status, config }) => status === "finished" && [9, 10, 11].includes(Number(config["seed"])))
        .map(({ config }) => config["seed"]);
    while (seeds().length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(seeds()).toEqual([11, 10, 9]);
    const [third, second] = lab.runs.list();
    const firstLoss = ({ id }: RunSummary): number => lab.runs.metrics(id, "loss")[0].value;
    expect(third.config["weights"]).toMatch(/^from a file, [0-9a-f]{12}$/);
    expect(firstLoss(third)).toBeLessThan(firstLoss(second) / 2);
    expect(lab.training.queueGet()).toEqual([]);
  }, 60_000);

  it("fault 10: is cancelled in the queue, before its first step and while it records, and keeps what was", async () => {
    const first = lab.training.start({ spec: { ...SPEC, seed: 30 }, threads: 2 });
    const queued = lab.training.enqueue({
      requests: [{ spec: { ...SPEC, seed: 31 }, threads: 2 }],
      note: "queued",
    });
    lab.training.dequeue({ ids: queued.map(({ id }) => id) });
    // In the same turn as its start: nothing was read yet.
    lab.activity.cancel();
    const early = await first.done;
    expect(early).toMatchObject({ status: "cancelled", failure: null });
    expect(lab.runs.metrics(early.id).filter(({ name }) => name === "loss")).toEqual([]);

    const second = lab.training.start({ spec: { ...SPEC, seed: 32 }, threads: 2 });
    let saved = 0;
    const stop = lab.subscribe((event) => {
      // Cancelled from within the very call that records.
      if (event.name === "trainingMetrics" && (saved += event.payload.points.length) > 300)
        lab.activity.cancel();
    });
    const late = await second.done;
    stop();
    expect(late).toMatchObject({ status: "cancelled", failure: null });
    const steps = lab.runs.metrics(late.id, "loss").map(({ step }) => step);
    expect(steps.length).toBeGreaterThan(50);
    expect(steps).toEqual(steps.map((_, index) => index + 1));
    expect(lab.training.queueGet()).toEqual([]);
    expect(lab.runs.list().some(({ config }) => config["seed"] === 31)).toBe(false);
  }, 60_000);

  it("is not begun out of the queue while the lab closes", async () => {
    const folder = newFolder();
    const options = labOptions(folder, 2);
    const closing = await openTunedLab(options);
    const started = closing.training.start({ spec: SPEC, threads: 2 });
    closing.training.enqueue({ requests: [{ spec: { ...SPEC, seed: 20 }, threads: 2 }], note: "queued" });
    await until(closing, 20);
    await closing.close();
    expect((await started.done).status).toBe("cancelled");
    // Longer than a training takes to begin.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const runs = await savedRuns(options.databasePath);
    expect(runs.map(({ id, status }) => [id, status])).toEqual([[started.runId, "cancelled"]]);

    const reopened = await openTunedLab(options);
    // A command that trains leaves alone what waits for the window.
    expect(reopened.training.queueGet()).toEqual([]);
    await reopened.training.start({ spec: { ...SPEC, epochs: 1, seed: 21 }, threads: 2 }).done;
    expect(reopened.runs.list()).toHaveLength(2);
    reopened.training.queueRestore();
    expect(reopened.training.queueGet()).toMatchObject([{ note: "queued", state: "held", reason: "" }]);
    reopened.training.enqueue({
      requests: [{ spec: { ...SPEC, data: { ...SPEC.data, rows: 100 }, epochs: 1 }, threads: 2 }],
      note: "new",
      weights: new Uint8Array(8),
    });
    const states = (): unknown[] => reopened.training.queueGet().map(({ note, state }) => [note, state]);
    // What is no file of weights is named and stays.
    while (states().some((state) => String(state) === "new,waits")) await new Promise(setImmediate);
    expect(states()).toEqual([
      ["queued", "held"],
      ["new", "held"],
    ]);
    expect(reopened.training.queueGet()[1].reason).toContain("weights.safetensors");
    reopened.training.queueGoOn();
    await until(reopened, 1);
    expect(reopened.runs.list()[0].config["seed"]).toBe(20);
    await reopened.close();

    const last = await openTunedLab(options);
    last.training.queueRestore();
    expect(last.training.queueGet().map(({ note }) => note)).toEqual(["new"]);
    await last.close();
  }, 60_000);

  it("shows what it learned, from its saved weights", async () => {
    const run = lab.runs
      .list()
      .find(({ status, config }) => status === "finished" && config["epochs"] === EPOCHS);
    const learned = await lab.learned.inspect({ runId: run?.id ?? "", weights: "final" });
    const { right } = learned;
    expect(learned.confusion.reduce((sum, { count }) => sum + count, 0)).toBe(learned.rows);
    const accuracy = run?.summary["validAccuracy"];
    expect(right / learned.rows).toBeCloseTo(typeof accuracy === "number" ? accuracy : NaN, 6);
    expect(learned.mistakes).toHaveLength(Math.min(40, learned.rows - right));
    const [worst] = learned.mistakes;
    const { probabilities } = await lab.learned.predict({
      runId: run?.id ?? "",
      weights: "final",
      pixels: Uint8Array.from(worst.features),
    });
    // Float64 on one image says the same as the engine on all.
    expect(probabilities[worst.label]).toBeCloseTo(worst.probability, 5);
    const [example] = await lab.learned.examples({
      runId: run?.id ?? "",
      weights: "final",
      rows: [worst.row],
    });
    expect(example.probabilities[worst.label]).toBeCloseTo(worst.probability, 5);
    expect(example.saliency).toHaveLength(784);
    expect(example.saliency.some((value) => value !== 0)).toBe(true);
    const { calibration } = learned;
    expect(calibration?.bins.reduce((sum, { count }) => sum + count, 0)).toBe(learned.rows);
    expect(learned.embedding?.points.length).toBe(Math.ceil(learned.rows / 8));
  }, 60_000);
});
