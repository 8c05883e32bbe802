import { expect, test } from "vitest";
import { Slurm } from "../../../../../src/main/lab/cluster/slurm.ts";

/** Answers every command with this on stderr. */
const failing = (stderr: string): Slurm =>
  new Slurm({ host: null, run: () => Promise.resolve({ code: 1, stdout: "", stderr }) });

test("commands that know of no cluster say what they said, and where to go", async () => {
  // Slurm 22.05 of Debian without a configuration.
  const slurm = failing(
    "scontrol: error: resolve_ctls_from_dns_srv: res_nsearch error: Unknown host\n" +
      "scontrol: error: fetch_config: DNS SRV lookup failed\n" +
      "scontrol: fatal: Could not establish a configuration source\n",
  );
  await expect(slurm.limits()).rejects.toThrow(
    /^scontrol ended with 1: Could not establish a configuration source\. Slurm's commands are here, but know of no cluster: .*login node.*--host\.$/,
  );
});

test("what a command says for each job, and before each line, is said once", async () => {
  const away = (job: number): string =>
    `scancel: error: Kill job error on job id ${job}: Unable to contact slurm controller (connect failure)\n`;
  await expect(failing(away(7) + away(8)).cancel(["7", "8"])).rejects.toThrow(
    /^scancel ended with 1: Kill job error on job id 8: Unable to contact slurm controller \(connect failure\)\. The cluster's controller is away: try again later\.$/,
  );
  await expect(failing("scancel: error: odd\nscancel: error: odd\n").cancel(["7"])).rejects.toThrow(
    /^scancel ended with 1: odd$/,
  );
});

test("what sbatch refuses comes with what to do, or alone where nothing is known", async () => {
  await expect(
    failing("sbatch: error: invalid partition specified: gpu").submit("a.sh", "0"),
  ).rejects.toThrow(
    /^sbatch did not take the sweep: invalid partition specified: gpu\. sinfo lists the partitions\.$/,
  );
  await expect(failing("sbatch: error: moon in the way").submit("a.sh", "0")).rejects.toThrow(
    /^sbatch did not take the sweep: moon in the way$/,
  );
});
