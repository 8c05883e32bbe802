import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ClusterLab } from "../../../../../src/main/lab/cluster/cluster-lab.ts";
import { ClusterMirror } from "../../../../../src/main/lab/cluster/cluster-mirror.ts";
import type { ClusterServices } from "../../../../../src/main/lab/cluster/cluster-services.ts";
import {
  sshArguments,
  sshControlFolder,
  sshShell,
} from "../../../../../src/main/lab/cluster/cluster-shell.ts";
import { SWEEP_FORMAT, SWEEP_VERSION } from "../../../../../src/main/lab/cluster/sweep-files.ts";
import { SweepFolder, TASK_FOLDERS } from "../../../../../src/main/lab/cluster/sweep-folder.ts";
import { NOTEBOOK_SPEC } from "../../../../../src/shared/specs/notebook-spec.ts";

/** An ssh whose login node is this machine: its settings, its tar's code and its silence are files beside it. */
const SSH = `#!/bin/sh
here=$(dirname "$0")
if [ "$1" = -G ]; then cat "$here/config"; exit; fi
for last; do :; done
case "$last" in
  *squeue*) exit 0 ;;
  *"failed alive log"*)
    [ -e "$here/silent" ] && exec sleep 600
    sh -c "$last" || exit
    exit "$(cat "$here/code")" ;;
esac
exec sh -c "$last"
`;

let root: string;
const at = (...names: readonly string[]): string => join(root, ...names);
const configure = (text: string): void => writeFileSync(at("bin/config"), `host login\n${text}\n`);
const endTarWith = (code: number): void => writeFileSync(at("bin/code"), String(code));
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lab-over-ssh-"));
  mkdirSync(at("bin"));
  writeFileSync(at("bin/ssh"), SSH);
  chmodSync(at("bin/ssh"), 0o755);
  configure("controlpath none");
  endTarWith(0);
  vi.stubEnv("PATH", `${at("bin")}:${process.env["PATH"] ?? ""}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

/** A sweep's folder here, and what a task has written there. */
function sweep(): SweepFolder {
  for (const name of TASK_FOLDERS) {
    mkdirSync(at("there", name), { recursive: true });
    mkdirSync(at("here", name), { recursive: true });
  }
  const order = {
    format: SWEEP_FORMAT,
    version: SWEEP_VERSION,
    id: "4f1c0a2b",
    name: "sweep-4f1c0a2b",
    createdAt: "2026-11-30T00:00:00.000Z",
    trainings: 1,
    chunk: 1,
    jobName: "lab-4f1c0a2b",
    threads: 1,
    kernels: "simd128",
    code: { appVersion: "1", kernelsHash: "" },
    points: null,
    weights: true,
    dirOnCluster: at("there"),
    datasets: [],
    options: { host: "login" },
    sweep: { kind: "grid", base: NOTEBOOK_SPEC, values: { seed: [1] } },
  };
  writeFileSync(at("here/sweep.json"), JSON.stringify(order));
  writeFileSync(at("here/plan.jsonl"), '{"index":0,"run":"training-0","note":""}\n');
  writeFileSync(at("there/log/0.log"), "step 1");
  return new SweepFolder(at("here"));
}
// It needs none of them to say how a sweep stands.
const status = (folder: SweepFolder) => {
  const place = { databasePath: at("lab.sqlite") } as ClusterServices["place"];
  return new ClusterLab({ place } as ClusterServices).status(folder.dir);
};

describe("a sweep whose files are on a login node", () => {
  it("is looked at while its tasks write", async () => {
    const folder = sweep();
    writeFileSync(at("there/done/0000.bundle.gz"), "");
    // tar's "file changed as we read it".
    endTarWith(1);
    expect(await status(folder)).toMatchObject({ problem: "", counts: { done: 1 } });
    expect(readFileSync(folder.at("log/0.log"), "utf8")).toBe("step 1");
  });

  it("says that its files could not be had, and judges nothing by those of then", async () => {
    const folder = sweep();
    endTarWith(2);
    const { problem, counts } = await status(folder);
    expect(problem).toMatch(/could not be brought here/);
    expect(counts).toMatchObject({ unknown: 1, lost: 0 });
    endTarWith(0);
    rmSync(at("there/done"), { recursive: true });
    expect((await status(folder)).problem).toMatch(/login does not say what is done: .*done/);
  });

  it("gives up a connection on which nothing comes", async () => {
    const folder = sweep();
    writeFileSync(at("bin/silent"), "");
    const mirror = new ClusterMirror(folder, sshShell("login"), 100);
    await expect(mirror.look()).rejects.toThrow(/login has sent and taken nothing for 0.1 s/);
  });
});

describe("the connection to a login node", () => {
  it("asks nothing, is shared, and takes no host for an option", async () => {
    const args = await sshArguments("login", "squeue --name='a b'");
    expect(args).toContain("BatchMode=yes");
    expect(args).toContain("ControlMaster=auto");
    expect(args.slice(-3)).toEqual(["--", "login", `bash -lc 'squeue --name='\\''a b'\\'''`]);
    // The same for every command, whichever process runs it.
    expect(args).toContain(`ControlPath=${sshControlFolder() ?? ""}/%C`);
  });

  it("is the one that ~/.ssh/config names", async () => {
    configure("controlmaster auto\ncontrolpath /home/me/.ssh/5f2c");
    const args = await sshArguments("login", "true");
    expect(args.filter((one) => one.startsWith("Control"))).toEqual([]);
  });

  it("is shared in a folder of the user's own only", () => {
    const folder = sshControlFolder(root) ?? "";
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(sshControlFolder(root)).toBe(folder);
    chmodSync(folder, 0o755);
    expect(sshControlFolder(root)).toBeNull();
    expect(sshControlFolder(at("nowhere"))).toBeNull();
    expect(existsSync(at("nowhere"))).toBe(false);
  });
});
