import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import * as v from "valibot";
import {
  clustersOf,
  jobScript,
  secondsOfTime,
  warningSeconds,
} from "../../../../../src/main/lab/cluster/job-script.ts";
import { clusterOptionsSchema } from "../../../../../src/shared/experiments/cluster-sweep.ts";

const script = (options: object, dir = "/work/sweep"): string =>
  jobScript({ dir, jobName: "lab-1", tasks: 4, options: v.parse(clusterOptionsSchema, options) });

describe("the job script", () => {
  it("passes on what is given, and nothing else", () => {
    const bare = script({});
    expect(bare).not.toMatch(/--(mem|cpus-per-task|time|partition|account|qos|constraint)/);
    expect(bare).toContain("#SBATCH --array=0-3\n");
    expect(bare).toContain(
      'exec node /work/sweep/lab/out/main/lab.js sweep-task /work/sweep "$SLURM_ARRAY_TASK_ID"',
    );
    const full = script({
      partition: "gpu",
      account: "a1",
      qos: "long",
      time: "60",
      cpusPerTask: 2,
      mem: "2G",
      constraint: "avx2&ib",
      arrayLimit: 50,
      sbatchOptions: ["--reservation=course"],
      node: "/opt/node 24/bin/node",
      setup: "module load nodejs/24",
    });
    for (const option of [
      "--partition=gpu",
      "--account=a1",
      "--qos=long",
      "--time=60",
      "--cpus-per-task=2",
      "--mem=2G",
      "--constraint=avx2&ib",
      "--array=0-3%50",
      "--reservation=course",
      "--signal=B:USR1@120",
    ])
      expect(full).toContain(`#SBATCH ${option}\n`);
    expect(full).toMatch(/module load nodejs\/24\nexec '\/opt\/node 24\/bin\/node'/);
  });

  it("asks for as many CPUs as a training has threads", () => {
    expect(script({ threads: 4 })).toContain("#SBATCH --cpus-per-task=4\n");
    expect(script({ threads: 4, cpusPerTask: 8 })).toContain("#SBATCH --cpus-per-task=8\n");
    expect(script({ threads: 1 })).not.toContain("cpus-per-task");
  });

  it("is a script that bash takes, whatever the folder is called", () => {
    const text = script({}, "/work/it's a sweep/50%");
    execFileSync("bash", ["-n"], { input: text });
    expect(text).toContain(`--output="/work/it's a sweep/50%%/log/%A_%a.txt"`);
  });

  it("reads times as sbatch does, and warns in time", () => {
    expect(["60", "60:30", "2:00:00", "1-12", "1-12:30:00", "soon"].map(secondsOfTime)).toEqual([
      3_600,
      3_630,
      7_200,
      129_600,
      131_400,
      null,
    ]);
    expect([undefined, "60", "5", "1", "0:30"].map(warningSeconds)).toEqual([120, 120, 60, 12, 10]);
  });

  it("another cluster is one for squeue and scancel as well", () => {
    expect(clustersOf({ sbatchOptions: ["--clusters=c2"] })).toEqual(["--clusters=c2"]);
    expect(clustersOf({ sbatchOptions: ["-M c2"] })).toEqual(["--clusters=c2"]);
    expect(clustersOf({ sbatchOptions: ["--reservation=x"] })).toEqual([]);
  });
});
