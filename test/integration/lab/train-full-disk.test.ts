import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { labOptions, notebookSpec, openTunedLab } from "./open-test-lab.ts";

/** Takes all the room that is left. */
function fill(path: string): void {
  try {
    for (;;) appendFileSync(path, Buffer.alloc(100_000));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}

/** Needs to mount a small disk. */
it("fault 17: a training waits while the disk is full, and ends with every step recorded once", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "backprop-lab-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], { stdio: "ignore" });
  } catch {
    rmSync(folder, { recursive: true });
    return context.skip();
  }
  try {
    const lab = await openTunedLab(labOptions(folder, 1));
    const told: string[] = [];
    const phases: string[] = [];
    lab.subscribe((event) => {
      if (event.name === "failure") told.push(event.payload.title);
      if (event.name === "activityChanged" && event.payload !== null) phases.push(event.payload.phase);
    });
    writeFileSync(join(folder, "filler"), Buffer.alloc(11_000_000));
    const spec = notebookSpec({ rows: 20_000, epochs: 4, batchSize: 10, lr: 0.01 });
    const started = lab.training.start({ spec, threads: 1 });
    await expect
      .poll(() => phases.some((phase) => phase.startsWith("the disk is full")), { timeout: 30_000 })
      .toBe(true);
    const waitingAt = lab.training.state()?.step;
    await wait(1_500);
    expect(lab.training.state()).toMatchObject({ paused: true, step: waitingAt });
    rmSync(join(folder, "filler"));
    const run = await started.done;
    expect(run).toMatchObject({ status: "finished", failure: null });
    const steps = lab.runs.metrics(run.id, "loss").map(({ step }) => step);
    expect(steps).toEqual(Array.from({ length: 8_000 }, (_, i) => i + 1));
    expect(told).toContain("The disk is full: the training waits and keeps its numbers in memory");
    expect(await lab.database.check()).toEqual({ sound: true, findings: [], done: [] });

    // Cancelled while it waits, it is cancelled: that its last numbers had no room is told beside it.
    phases.length = 0;
    const again = lab.training.start({ spec: { ...spec, seed: 5 }, threads: 1 });
    fill(join(folder, "filler"));
    await expect
      .poll(() => phases.some((phase) => phase.startsWith("the disk is full")), { timeout: 30_000 })
      .toBe(true);
    lab.activity.cancel();
    await expect.poll(() => phases.at(-1)).toBe("waiting for room on the disk");
    rmSync(join(folder, "filler"));
    expect(await again.done).toMatchObject({ status: "cancelled", failure: null });
    expect(told).toContain("The last numbers of the training were not saved");
    await lab.close();
  } finally {
    execFileSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true, force: true });
  }
});
