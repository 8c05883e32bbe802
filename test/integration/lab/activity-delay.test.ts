import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { labOptions, openTunedLab, notebookSpec } from "./open-test-lab.ts";

const finite = expect.toSatisfy((value: unknown) => Number.isFinite(value)) as number;

it("Lab.diagnostics.get() shows how long main was held up during the last training, also after a new start", async () => {
  const folder = mkdtempSync(join(tmpdir(), "backprop-lab-delay-"));
  const lab = await openTunedLab(labOptions(folder, 2));
  expect(lab.diagnostics.get().lastActivityDelayMs).toBeNull();
  const spec = notebookSpec({ rows: 2_000, epochs: 2, batchSize: 50, lr: 0.01 });
  const run = await lab.training.start({ spec, threads: 2 }).done;
  const measured = lab.diagnostics.get().lastActivityDelayMs;
  expect(measured).toEqual({ name: "Training, 2 epochs", p50: finite, p99: finite, max: finite });
  expect(measured?.max).toBeGreaterThan(0);
  expect(run.summary).toMatchObject({
    mainDelayMedianMs: measured?.p50,
    mainDelayP99Ms: measured?.p99,
    mainDelayLongestMs: measured?.max,
  });
  await lab.close();
  const again = await openTunedLab(labOptions(folder, 1));
  expect(again.diagnostics.get().lastActivityDelayMs).toEqual({
    ...measured,
    name: `${run.name}, ${run.startedAt}`,
  });
  await again.close();
  rmSync(folder, { recursive: true, force: true });
});
