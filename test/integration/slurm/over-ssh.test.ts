import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CollectedSweep, SubmittedSweep } from "../../../src/shared/experiments/cluster-sweep.ts";
import { notebookSpec } from "../lab/open-test-lab.ts";
import { answered, labWith, metricValues, statusOf, until, writeNode, type Lab } from "./slurm-lab.ts";
import { slurmMissing, TestSlurm } from "./test-slurm.ts";
import { sshdMissing, TestSshd } from "./test-sshd.ts";

const missing = slurmMissing === "" ? sshdMissing : slurmMissing;
if (missing !== "") process.stdout.write(`test/integration/slurm/over-ssh: ${missing}\n`);

describe.skipIf(missing !== "")("a sweep on a login node, over ssh", () => {
  let folder: string;
  let slurm: TestSlurm;
  let sshd: TestSshd;
  let lab: Lab;
  const at = (...names: readonly string[]): string => join(folder, ...names);

  beforeAll(async () => {
    folder = mkdtempSync("/tmp/lab-slurm-");
    chmodSync(folder, 0o755);
    for (const name of ["home", "here"]) mkdirSync(at(name));
    slurm = await TestSlurm.start(at("slurm"), 1);
    sshd = await TestSshd.start(at("ssh"), at("home"), { SLURM_CONF: slurm.configuration });
    // Here there is no Slurm: its commands are on the path, its configuration is not.
    const env = {
      ...process.env,
      PATH: `${sshd.binDir}:${process.env["PATH"] ?? ""}`,
      SLURM_CONF: "/nowhere",
    };
    lab = labWith({ environment: env }, at("here"));
  });
  afterAll(async () => {
    await sshd.stop();
    await slurm.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("brings the folder there and the runs back; a damaged bundle is computed again; a host that asks is explained", async () => {
    const base = notebookSpec({ rows: 200, epochs: 2, lr: 0.001 });
    const sweep = { kind: "grid", base, values: { seed: [1, 2, 3] } };
    writeFileSync(at("here", "grid.json"), JSON.stringify(sweep));
    const kernels = ["--kernels", "simd128"];
    const options = ["--node", writeNode(folder), ...kernels, "--chunk", "2", "--json"];
    const submitted = answered(
      lab("sweep", "grid.json", "--on", "slurm", "--host", "login", ...options),
    ) as SubmittedSweep;
    const { dir } = submitted;
    expect(submitted).toMatchObject({ trainings: 3, tasks: 2, submitted: 3 });
    const there = at("home", "lab-sweeps", dir.split("/").at(-1) ?? "");
    expect([existsSync(join(there, "sweep.json")), dir.startsWith(at("here"))]).toEqual([true, true]);
    await until("all are there", () => statusOf(lab, dir).counts.done === 3);
    expect(existsSync(join(dir, "done", "0000.bundle.gz"))).toBe(false);
    expect(lab("sweep", "--status", dir, "--log", "2").stdout).toMatch(/seed 3\): finished/);

    writeFileSync(join(there, "done", "0001.bundle.gz"), "cut off");
    const first = JSON.parse(
      lab("sweep", "--collect", dir, "--database", at("c.sqlite"), "--json").stdout,
    ) as CollectedSweep;
    expect([first.added.length, first.damaged.map(({ index }) => index)]).toEqual([2, [1]]);
    expect(answered(lab("sweep", "--again", dir, "--json"))).toMatchObject({ submitted: 1 });
    await until("it is there again", () => existsSync(join(there, "done", "0001.bundle.gz")));
    expect(answered(lab("sweep", "--collect", dir, "--database", at("c.sqlite"), "--json"))).toMatchObject({
      added: [expect.any(String)],
      damaged: [],
    });
    expect(lab("sweep", "grid.json", "--threads", "1", ...kernels, "--database", at("l.sqlite")).status).toBe(
      0,
    );
    expect(metricValues(at("c.sqlite"))).toEqual(metricValues(at("l.sqlite")));

    const asks = lab(
      "sweep",
      "grid.json",
      "--on",
      "slurm",
      "--host",
      "nobody",
      "--dir",
      at("other"),
      ...options,
    );
    expect([asks.status, asks.stderr]).toEqual([
      1,
      expect.stringMatching(/nobody cannot be reached.*type "ssh nobody"/),
    ]);
  }, 900_000);
});
