import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  constants,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { SweepFolder } from "../../../src/main/lab/cluster/sweep-folder.ts";
import { labHere } from "../lab/lab-here.ts";
import { notebookSpec } from "../lab/open-test-lab.ts";
import { answered, labWith, metricValues, type Answer } from "./slurm-lab.ts";
import { PLAIN_NODES, plainNode } from "./plain-node.ts";
import { THOROUGH } from "../../thorough.ts";

const NOBODY = 65_534;
/** Right on every machine and in every version of V8. */
const KERNELS = ["--kernels", "simd128"] as const;

const allIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true }).map(String).sort();

function withoutWriting(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) withoutWriting(path);
    else chmodSync(path, 0o444);
  }
  chmodSync(folder, 0o555);
}

describe("plain Node on a compute node", () => {
  let folder: string;
  let install: string;
  let values: ReadonlyMap<string, number | null>;
  const at = (...names: readonly string[]): string => join(folder, ...names);

  beforeAll(async () => {
    folder = mkdtempSync("/tmp/lab-node-");
    chmodSync(folder, 0o755);
    const base = notebookSpec({ rows: 300, epochs: 2 });
    const sweep = { kind: "grid", base, values: { "optimizer.lr": [0.01, 0.001] } };
    writeFileSync(at("grid.json"), JSON.stringify(sweep));
    const order = ["sweep", at("grid.json"), ...KERNELS];
    answered(await labHere(...order, "--on", "slurm", "--prepare-only", "--dir", at("made"), "--json"));
    const local = await labHere(...order, "--threads", "1", "--database", at("local.sqlite"));
    expect(local.status).toBe(0);
    values = metricValues(at("local.sqlite"));
    // What a sweep takes along of the lab is a whole command line.
    install = at("install");
    renameSync(at("made", "lab"), install);
    withoutWriting(install);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("a node that cannot begin, or would compute something else, says so of each training and computes nothing", async () => {
    const dir = at("made");
    const reasons = (): readonly unknown[] =>
      [0, 1].map((index) => new SweepFolder(dir).failure(index)?.reason);
    vi.stubEnv("TMPDIR", "/nowhere");
    expect((await labHere("sweep-task", dir, "0")).status).toBe(1);
    vi.unstubAllEnvs();
    const why = expect.stringMatching(/no folder to work in: ENOENT.*\/nowhere.*TMPDIR/) as string;
    expect(reasons()).toEqual([why, why]);

    const order = join(dir, "sweep.json");
    const text = readFileSync(order, "utf8");
    writeFileSync(order, text.replace('"kernels": "simd128"', '"kernels": "relaxed128"'));
    const lab = labWith({ environment: process.env }, folder);
    // As a node runs it: its exit code is what Slurm goes by.
    const task = lab("sweep-task", dir, "0");
    expect([task.status, task.stdout]).toEqual([
      1,
      expect.stringMatching(/seed|optimizer.lr 0.01\): failed/),
    ]);
    const other = expect.stringMatching(
      /this node would compute run training-\w+ instead of training-\w+: .*relaxed128/,
    ) as string;
    expect(reasons()).toEqual([other, other]);
    expect(readdirSync(join(dir, "done"))).toEqual([]);

    writeFileSync(order, text);
    expect((await labHere("sweep-task", dir, "0")).status).toBe(0);
    expect([readdirSync(join(dir, "done")).length, readdirSync(join(dir, "failed"))]).toEqual([2, []]);
  });

  // The oldest has the least that the lab may count on.
  it.for(THOROUGH ? PLAIN_NODES : PLAIN_NODES.slice(0, 1))(
    "Node %s prepares, trains and collects as an ordinary user: no Electron, no display, no HOME, a read-only installation",
    { timeout: 300_000 },
    (version, { skip }) => {
      const { path, missing } = plainNode(version);
      if (missing !== "") skip(missing);
      const work = at(version);
      const [node, dir, scratch] = [join(work, "node"), join(work, "sweep"), join(work, "scratch")];
      for (const name of [work, scratch]) mkdirSync(name);
      copyFileSync(path, node, constants.COPYFILE_FICLONE);
      const root = process.getuid?.() === 0;
      if (root) for (const name of [work, scratch]) chownSync(name, NOBODY, NOBODY);
      const run = (program: string, ...args: readonly string[]): Answer =>
        spawnSync(program, args, {
          cwd: work,
          encoding: "utf8",
          timeout: 120_000,
          env: { PATH: "/usr/bin:/bin", TMPDIR: scratch },
          ...(root ? { uid: NOBODY, gid: NOBODY } : {}),
        });
      const lab = (...args: readonly string[]): Answer =>
        run(node, join(install, "out", "main", "lab.js"), ...args);
      const before = allIn(install);

      const order = ["sweep", at("grid.json"), "--on", "slurm", "--prepare-only", ...KERNELS];
      expect(answered(lab(...order, "--node", node, "--dir", dir, "--json"))).toMatchObject({
        trainings: 2,
        tasks: 1,
        command: expect.stringContaining("sbatch --array=0 ") as string,
      });
      const task = lab("sweep-task", dir, "0");
      expect(task).toMatchObject({ status: 0, stderr: "" });
      expect(task.stdout).toContain(`Node ${version}, 1 thread, simd128`);
      expect(readdirSync(scratch)).toEqual([]);
      const homeless = lab("sweep", "--collect", dir);
      expect(homeless.status).toBe(1);
      expect(homeless.stderr).toMatch(/Runs cannot be saved in .*--database FILE/);
      const database = join(work, "runs.sqlite");
      expect(answered(lab("sweep", "--collect", dir, "--database", database, "--json"))).toMatchObject({
        added: [expect.any(String), expect.any(String)],
        damaged: [],
      });
      expect(values.size).toBeGreaterThan(20);
      expect(metricValues(database)).toEqual(values);
      expect(allIn(install)).toEqual(before);
      // The copy of a read-only installation is its owner's to delete.
      expect(run("rm", "-r", "--interactive=never", dir)).toMatchObject({ status: 0, stderr: "" });
    },
  );
});
