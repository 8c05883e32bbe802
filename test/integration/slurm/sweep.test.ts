import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CollectedSweep, SubmittedSweep } from "../../../src/shared/experiments/cluster-sweep.ts";
import { notebookSpec } from "../lab/open-test-lab.ts";
import { answered, labWith, metricValues, statusOf, until, writeNode, type Lab } from "./slurm-lab.ts";
import { slurmMissing, TestSlurm } from "./test-slurm.ts";

if (slurmMissing !== "") process.stdout.write(`test/integration/slurm: ${slurmMissing}\n`);

describe.skipIf(slurmMissing !== "")("a sweep on Slurm", () => {
  let folder: string;
  let slurm: TestSlurm;
  let lab: Lab;
  let node: string;
  const at = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = mkdtempSync("/tmp/lab-slurm-");
    slurm = await TestSlurm.start(join(folder, "slurm"), 2);
    lab = labWith(slurm, folder);
    node = writeNode(folder);
  });
  afterAll(async () => {
    await slurm.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("equals the local sweep in every metric value, whatever becomes of its tasks", async () => {
    const base = notebookSpec({ rows: 1_000, epochs: 6 });
    const sweep = { kind: "grid", base, values: { "optimizer.lr": [0.1, 0.05, 0.02, 0.01], seed: [1, 2, 3] } };
    writeFileSync(at("grid.json"), JSON.stringify(sweep));
    const t0 = Date.now();
    const log = (what: string): void => console.log(what, Date.now() - t0);
    const submitted = answered<SubmittedSweep>(
      lab("sweep", at("grid.json"), "--on", "slurm", "--chunk", "2", "--node", node, "--save-every", "1", "--json"),
    );
    log(JSON.stringify(submitted));
    await until("all are there", () => {
      const { counts } = statusOf(lab, submitted.dir);
      log(JSON.stringify(counts));
      return counts.done === 12;
    });
    const local = lab("sweep", at("grid.json"), "--threads", "1", "--database", at("local.sqlite"));
    log(local.stdout + local.stderr);
    const collected = answered<CollectedSweep>(lab("sweep", "--collect", submitted.dir, "--database", at("c.sqlite"), "--json"));
    log(JSON.stringify(collected));
    expect(metricValues(at("c.sqlite"))).toEqual(metricValues(at("local.sqlite")));
    console.log(metricValues(at("c.sqlite")).size, readFileSync(join(submitted.dir,"log",readdirSync(join(submitted.dir,"log"))[0]),"utf8"));
  });
});
