import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Lab } from "../../../src/main/lab/lab.ts";
import { openLab } from "../../../src/main/lab/open-lab.ts";
import { ContractError } from "../../../src/core/errors.ts";
import { labOptions, openTunedLab } from "./open-test-lab.ts";
import type { LabEvent } from "../../../src/main/lab/activity/experiment.ts";

let folder: string;
let opened: Lab[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "backprop-lab-tuning-"));
});
afterEach(async () => {
  for (const lab of opened) await lab.close();
  opened = [];
  rmSync(folder, { recursive: true, force: true });
});

async function open(appVersion = "test", how = openLab): Promise<Lab> {
  const lab = await how({ ...labOptions(folder, 1), appVersion });
  opened.push(lab);
  return lab;
}

describe("openLab()", () => {
  it("takes the tuning of an earlier start from the database, but not of another version", async () => {
    const first = await open();
    const measured = first.diagnostics.get().tuning;
    expect(measured).toMatchObject({ source: "measured", peakGflops: expect.any(Number) as number });
    expect(measured.kernels.filter(({ chosen }) => chosen).length).toBe(1);
    for (const { gflops, peakShare } of measured.kernels) {
      expect(peakShare).toBeCloseTo(gflops / (measured.peakGflops ?? NaN));
    }
    await first.close();
    const second = await open();
    expect(second.diagnostics.get().tuning).toEqual({ ...measured, source: "saved" });
    await second.close();
    expect((await open("a later one")).diagnostics.get().tuning.source).toBe("measured");
  });

  it("takes the saved tuning and saves none when another process has the database", async () => {
    const first = await open("test", openTunedLab);
    const second = await open();
    expect(second.diagnostics.get().database.readOnly).toBe(true);
    expect(second.diagnostics.get().tuning.source).toBe("saved");
    expect(await second.kernels.tune()).toMatchObject({ source: "measured" });
    expect(first.diagnostics.get().warnings.concat(second.diagnostics.get().warnings).join()).not.toMatch(
      /tuning could not/,
    );
  });
});

describe("Lab.kernels.tune()", () => {
  it("is an activity while it runs, refuses a second one, and is saved", async () => {
    const lab = await open("test", openTunedLab);
    const events: LabEvent[] = [];
    lab.subscribe((event) => events.push(event));
    const tuned = lab.kernels.tune();
    expect(lab.activity.state()).toMatchObject({ kind: "tuning", runId: null });
    await expect(lab.kernels.tune()).rejects.toThrow(ContractError);
    const report = await tuned;
    expect(report.source).toBe("measured");
    expect(lab.activity.state()).toBeNull();
    expect(events.map(({ name }) => name)).toEqual(["activityChanged", "activityChanged", "activityChanged"]);
    await lab.close();
    expect((await open()).diagnostics.get().tuning.measuredAt).toBe(report.measuredAt);
  });
});
