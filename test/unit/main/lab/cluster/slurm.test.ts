import { expect, test } from "vitest";
import { Slurm } from "../../../../../src/main/lab/cluster/slurm.ts";

/** Answers every command with this on stderr. */
const failing = (stderr: string): Slurm =>
  new Slurm({ host: null, run: () => Promise.resolve({ code: 1, stdout: "", stderr }) });

test("commands that know of no cluster say what they said, and where to go", async () => {
  // Slurm 22.05 of Debian without a configuration.
  const slurm = failing(
    "scontrol: error: resolve_ctls_from_dns_srv: res_nsearch error: Unknown host\n" +
      "scontrol: error: fetch_config: DNS SRV lookup failed\n",
  );
  await expect(slurm.limits()).rejects.toThrow(
    /^scontrol ended with 1: scontrol: error: resolve_ctls.*; .*lookup failed\. Slurm's commands are here, but know of no cluster: .*login node.*--host\.$/,
  );
});

test("what sbatch refuses comes with what to do, or alone where nothing is known", async () => {
  await expect(
    failing("sbatch: error: invalid partition specified: gpu").submit("a.sh", "0"),
  ).rejects.toThrow(
    /^sbatch did not take the sweep: sbatch: error: invalid partition specified: gpu\. sinfo lists the partitions\.$/,
  );
  await expect(failing("sbatch: error: moon in the way").submit("a.sh", "0")).rejects.toThrow(
    /^sbatch did not take the sweep: sbatch: error: moon in the way$/,
  );
});
