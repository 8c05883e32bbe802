import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import * as v from "valibot";
import { connect } from "../../../src/main/store/open/database.ts";
import { gradcheckReportSchema } from "../../../src/shared/experiments/gradcheck.ts";
import { NOTEBOOK_NETWORK } from "../../../src/shared/specs/network-spec.ts";
import { trainSpecSchema } from "../../../src/shared/specs/train-spec.ts";
import { labOptions, openTunedLab } from "./open-test-lab.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "backprop-lab-limits-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What an earlier version, with wider limits, would have stored. */
function change(table: "run" | "report", column: "config" | "report", from: string, to: string): void {
  const { databasePath, nativeBinding } = labOptions(folder, 1);
  const db = connect(databasePath, { nativeBinding });
  const { changes } = db
    .prepare(`UPDATE ${table} SET ${column} = replace(${column}, ?, ?) WHERE ${column} LIKE '%' || ? || '%'`)
    .run(from, to, from);
  db.close();
  expect(changes).toBeGreaterThan(0);
}

it("item 20: a run whose settings are refused today is looked at and saved; only resuming is refused, in words", async () => {
  const spec = v.parse(trainSpecSchema, {
    layers: [{ type: "linear", in: 784, out: 10 }],
    loss: "crossEntropy",
    seed: 1,
    data: { name: "mnist", split: "train", rows: 300 },
    batchSize: 30,
    validRows: 100,
    epochs: 2_000,
    optimizer: { name: "adam", lr: 1e-5, beta1: 0.875 },
  });
  const network = { ...NOTEBOOK_NETWORK, data: { ...NOTEBOOK_NETWORK.data, rows: 30 } };
  const first = await openTunedLab(labOptions(folder, 1));
  const started = first.training.start({ spec, threads: 1 });
  while ((first.training.state()?.step ?? 0) < 100) await wait(5);
  first.activity.cancel();
  await started.done;
  const check = await first.gradcheck.start({
    network,
    references: ["float64"],
    bug: null,
    coordinates: 777,
    tolerance: "strict",
    threads: 1,
  }).done;
  await first.close();

  change("run", "config", '\\"beta1\\":0.875', '\\"beta1\\":1');
  change("report", "report", '"coordinates":777', '"coordinates":0');
  const lab = await openTunedLab(labOptions(folder, 1));
  try {
    const learned = await lab.learned.inspect({ runId: started.runId, weights: "latest" });
    expect(learned.rows).toBe(100);
    const saved = join(folder, "weights.safetensors");
    expect(
      await lab.learned.saveWeights(
        { runId: started.runId, weights: "latest" },
        { format: "safetensors", path: saved },
      ),
    ).toBe(2);
    expect(() => lab.training.resume({ runId: started.runId })).toThrow(
      /refused today: .*beta1 must be below 1.*can be looked at and saved/,
    );
    const { report } = lab.gradcheck.get({ runId: check.id });
    expect(report.settings.coordinates).toBe(0);
    // It goes out to the window, too.
    expect(v.is(gradcheckReportSchema, report)).toBe(true);
    expect(v.is(gradcheckReportSchema, { ...report, settings: { ...report.settings, threads: "two" } })).toBe(
      false,
    );
  } finally {
    await lab.close();
  }
});
