import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CollectedSweep, SubmittedSweep } from "../../../src/shared/experiments/cluster-sweep.ts";
import { notebookSpec } from "../lab/open-test-lab.ts";
import { answered, labWith, metricValues, statusOf, until, writeNode, type Lab } from "./slurm-lab.ts";
import { slurmMissing, TestSlurm } from "./test-slurm.ts";

if (slurmMissing !== "") process.stdout.write(`test/integration/slurm: ${slurmMissing}\n`);

/** Right on every machine, and its choice is not what is tested here. */
const KERNELS = ["--kernels", "simd128"] as const;
const TRAININGS = 8;
/** So many that a fast machine, too, needs some seconds: a state is kept every second. */
const EPOCHS = 80;
const NOBODY = 65_534;

describe.skipIf(slurmMissing !== "")("a sweep on Slurm", () => {
  let folder: string;
  let slurm: TestSlurm;
  let lab: Lab;
  let node: string;
  let dir: string;
  const at = (...names: readonly string[]): string => join(folder, ...names);
  const inDir = (name: string): readonly string[] => readdirSync(join(dir, name));
  const logs = (): string =>
    inDir("log")
      .map((name) => readFileSync(join(dir, "log", name), "utf8"))
      .join("");

  const submit = (sweep: object, ...options: readonly string[]): SubmittedSweep => {
    writeFileSync(at("grid.json"), JSON.stringify(sweep));
    const common = ["--node", node, "--save-every", "1", ...KERNELS, "--json"];
    return answered(lab("sweep", at("grid.json"), "--on", "slurm", ...common, ...options)) as SubmittedSweep;
  };
  const collect = (database: string): CollectedSweep => {
    const { stdout } = lab("sweep", "--collect", dir, "--database", at(database), "--json");
    return JSON.parse(stdout) as CollectedSweep;
  };
  const queue = (...format: readonly string[]): readonly string[] =>
    slurm
      .run("squeue", "--noheader", "--array", ...format)
      .split("\n")
      .filter((line) => line !== "");

  const bundle = (where: "state" | "done", index: string): boolean =>
    existsSync(join(dir, where, `${index}.bundle.gz`));

  /** When a task was disturbed last. */
  let disturbedAtMs = 0;
  /** Whether a task has been at work since then: on a slow machine it is disturbed again before it knows of signals. */
  const isAtWork = (task: string): boolean => {
    const file = join(dir, "alive", `${task}.json`);
    if (!existsSync(file)) return false;
    const { at: aliveAt } = JSON.parse(readFileSync(file, "utf8")) as { readonly at: string };
    return Date.parse(aliveAt) > disturbedAtMs;
  };
  /**
   * Does something to a task that runs on a node and has kept a state. Its training may be at its end before it is
   * reached: `leftOver` says afterwards whether there is something to go on from.
   *
   * @param act Throws where the task has come to its end just then; another one is found.
   */
  const disturb = (
    act: (task: { readonly job: string; readonly node: string }) => void,
    wanted?: string,
  ): Promise<{ readonly node: string; readonly indices: readonly string[] }> =>
    until("a task that has kept a state", () => {
      const [line] = queue("--states=RUNNING", "--format=%A|%K|%N").filter((text) => {
        const [, task = "", name = ""] = text.split("|");
        if (wanted !== undefined && name !== wanted) return false;
        return isAtWork(task) && indicesOf(task).some((index) => bundle("state", index));
      });
      if (!line) return null;
      const [job = "", task = "", name = ""] = line.split("|");
      try {
        act({ job, node: name });
        disturbedAtMs = Date.now();
        return { node: name, indices: indicesOf(task) };
      } catch {
        return null;
      }
    });
  /** Of a task that was stopped: the trainings that an attempt after it must take up where they are. */
  const leftOver = (indices: readonly string[]): readonly string[] =>
    indices.filter((index) => bundle("state", index) && !bundle("done", index));
  /** Stops what runs on the nodes. Slurm wakes whom it sends a signal. */
  const sleepUntilSignalled = (): void => {
    const running = slurm.jobProcesses();
    expect(running.length).toBeGreaterThan(0);
    for (const pid of running) process.kill(pid, "SIGSTOP");
  };
  const idle = (): Promise<boolean> =>
    until(
      "nothing is in the queue",
      () => queue("--states=PENDING,RUNNING,COMPLETING").length === 0,
      600_000,
    );

  beforeAll(async () => {
    folder = mkdtempSync("/tmp/lab-slurm-");
    chmodSync(folder, 0o755);
    slurm = await TestSlurm.start(join(folder, "slurm"), 2);
    lab = labWith(slurm, folder);
    node = writeNode(folder);
  });
  afterAll(async () => {
    await slurm.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("equals the local sweep in every value: a task killed, told that its time is up, preempted, a node lost, the controller restarted", async () => {
    const base = notebookSpec({ rows: 500, epochs: EPOCHS });
    const lrs = [0.01, 0.001];
    const seeds = [1, 2, 3, 4];
    const sweep = { kind: "grid", base, values: { "optimizer.lr": lrs, seed: seeds } };
    const submitted = submit(sweep, "--chunk", "2");
    dir = submitted.dir;
    expect(submitted).toMatchObject({ trainings: TRAININGS, tasks: 4, submitted: TRAININGS });
    // The same command typed twice trains nothing twice.
    expect(submit(sweep, "--chunk", "2")).toMatchObject({ dir, submitted: 0, job: null });

    // A task that is killed ends for good: --again takes it up below.
    const interrupted = new Set<string>();
    const remember = (indices: readonly string[]): void =>
      leftOver(indices).forEach((index) => interrupted.add(index));
    const killed = await disturb(({ node }) => {
      for (const pid of slurm.jobProcesses(node)) process.kill(pid, "SIGKILL");
    });
    await until("its processes are gone", () => slurm.jobProcesses(killed.node).length === 0);
    remember(killed.indices);
    // The signal that a time limit sends. scancel sends it for a minute on end while the task goes back, so it is ended.
    let scancel: ChildProcess | undefined;
    const told = await disturb(
      ({ job }) => {
        scancel = slurm.begin("scancel", "--signal=USR1", "--batch", job);
      },
      killed.node === "node1" ? "node2" : "node1",
    );
    await until("it has gone back into the queue", () => logs().includes("goes back into the queue"));
    scancel?.kill();
    remember(told.indices);
    const taken = (): boolean => logs().includes("to make room for another job");
    // A task may come to its end just before the other job takes its node.
    while (!taken()) {
      const displaced = await disturb(({ node }) =>
        slurm.run(
          "sbatch",
          "--partition=urgent",
          `--nodelist=${node}`,
          "--output=/dev/null",
          "--wrap=sleep 1",
        ),
      );
      await until(
        "it was taken from its node",
        () => taken() || queue("--partition=urgent", "--states=PENDING,RUNNING,COMPLETING").length === 0,
      );
      if (taken()) remember(displaced.indices);
    }
    expect(statusOf(lab, dir).problem).toBe("");
    // At once: a training is over in some seconds.
    const lost = await disturb(() => undefined);
    await slurm.loseNode(lost.node);
    remember(lost.indices);
    await slurm.stopController();
    const away = lab("sweep", "--status", dir, "--json");
    expect([away.status, JSON.parse(away.stdout)]).toEqual([
      1,
      expect.objectContaining({
        problem: expect.stringMatching(/unable to contact slurm controller/i) as string,
      }),
    ]);
    expect(away.stdout).not.toContain('"lost",');
    // It was heard when it was asked what runs.
    const unheard = lab("sweep", "--status", dir);
    expect(unheard.stderr).toMatch(
      /Slurm was not heard: squeue .*try again later\. It was last heard at \w+ \d+, 20\d\d, \d\d:\d\d:\d\d.*What runs goes on/,
    );
    expect(unheard.stdout).toMatch(
      /Slurm does not answer; (\d+ s ago (it waited|its task ran)|its task was alive)/,
    );
    await slurm.startController();
    await slurm.bringBack(lost.node);
    await idle();

    const { counts } = statusOf(lab, dir);
    expect(counts.done + counts.lost + counts.unknown).toBe(TRAININGS);
    const again = answered(lab("sweep", "--again", dir, "--json")) as SubmittedSweep;
    expect(again.submitted).toBe(TRAININGS - counts.done);
    expect(again.submitted).toBeGreaterThan(0);
    expect(answered(lab("sweep", "--again", dir, "--json"))).toMatchObject({ submitted: 0, command: null });
    await idle();
    expect(statusOf(lab, dir).counts.done).toBe(TRAININGS);
    expect(interrupted.size).toBeGreaterThan(0);
    const wentOn = [...logs().matchAll(/(\d{4}) \([^)]*\): goes on/g)].map(([, index]) => index);
    expect(wentOn).toEqual(expect.arrayContaining([...interrupted]));
    expect(inDir("state")).toEqual([]);

    const collected = collect("cluster.sqlite");
    expect(collected).toMatchObject({ skipped: [], inTrash: [], damaged: [] });
    expect(collected.added.length).toBe(TRAININGS);
    expect(collect("cluster.sqlite")).toMatchObject({ added: [], skipped: [], damaged: [] });
    const { counts: collectedThere } = statusOf(lab, dir, "--database", at("cluster.sqlite"));
    expect(collectedThere).toMatchObject({ collected: TRAININGS, done: 0 });
    // The usual database has taken none of them yet.
    expect(statusOf(lab, dir).counts).toMatchObject({ collected: 0, done: TRAININGS });

    // Of each rate the training of one seed: that of one that was interrupted.
    const seed = seeds[Number([...interrupted][0]) % seeds.length];
    writeFileSync(
      at("local.json"),
      JSON.stringify({ ...sweep, values: { "optimizer.lr": lrs, seed: [seed] } }),
    );
    const options = ["--threads", "1", ...KERNELS, "--database", at("local.sqlite")];
    expect(lab("sweep", at("local.json"), ...options).status).toBe(0);
    const here = metricValues(at("local.sqlite"));
    expect(here.size).toBeGreaterThan(lrs.length * EPOCHS * 50);
    const there = metricValues(at("cluster.sqlite"));
    expect(there.size).toBe(here.size * seeds.length);
    expect(new Map([...here.keys()].map((key) => [key, there.get(key)]))).toEqual(here);
  }, 1_800_000);

  it("names a bundle that was cut off; two attempts at once, one of them of a user without home, leave one whole", async () => {
    const cutOff = join(dir, "done", "0004.bundle.gz");
    truncateSync(cutOff, 10_000);
    const { added, damaged } = collect("second.sqlite");
    expect(added.length).toBe(TRAININGS - 1);
    expect(damaged).toEqual([expect.objectContaining({ index: 4, file: `${cutOff}.damaged` })]);
    expect(existsSync(cutOff)).toBe(false);

    // The lab's files belong to root; what tasks write to, to whom they run as.
    const alone = process.getuid?.() === 0 && canRunAsNobody(node);
    if (alone)
      for (const name of ["done", "state", "failed", "alive"]) chownSync(join(dir, name), NOBODY, NOBODY);
    const attempt = (restarts: string, user: object) =>
      spawn(node, [join(dir, "lab/out/main/lab.js"), "sweep-task", dir, "2"], {
        env: { PATH: process.env["PATH"], SLURM_JOB_ID: "77", SLURM_RESTART_COUNT: restarts },
        stdio: "ignore",
        cwd: "/",
        ...user,
      });
    const attempts = [attempt("0", {}), attempt("1", alone ? { uid: NOBODY, gid: NOBODY } : {})];
    const ends = await Promise.all(attempts.map((child) => once(child, "exit")));
    expect(ends.map(([code]) => code as number)).toEqual([0, 0]);
    expect(
      inDir("done")
        .filter((name) => name.startsWith("0004"))
        .sort(),
    ).toEqual(["0004.bundle.gz", "0004.bundle.gz.damaged"]);
    expect(inDir("done").filter((name) => name.endsWith(".part"))).toEqual([]);
    expect(collect("second.sqlite")).toMatchObject({ added: [expect.any(String)], damaged: [] });
    expect(metricValues(at("second.sqlite"))).toEqual(metricValues(at("cluster.sqlite")));
  }, 900_000);

  it("what was cancelled stays cancelled, keeps its state, which can be collected, and its log can be read", async () => {
    const base = notebookSpec({ rows: 500, epochs: 20_000, lr: 0.001 });
    dir = submit({ kind: "grid", base, values: { seed: [4, 5, 6] } }, "--chunk", "1").dir;
    const running = (): boolean =>
      inDir("state").filter((name) => name.endsWith(".gz")).length === 2 &&
      [0, 1].every((task) =>
        readFileSync(join(dir, "alive", `${task}.json`), "utf8").includes('"of":1000000'),
      );
    await until("two run", running);
    sleepUntilSignalled();
    const status = statusOf(lab, dir);
    expect(status.counts).toMatchObject({ running: 2, waiting: 1 });
    expect(status.trainings.find(({ state }) => state === "running")?.of).toBe(1_000_000);
    expect(answered(lab("sweep", "--cancel", dir, "--json"))).toEqual({ cancelled: 3 });
    await idle();
    await wait(4_000);
    expect(queue("--states=PENDING,RUNNING")).toEqual([]);
    const after = statusOf(lab, dir);
    expect(after.counts).toMatchObject({ lost: 3 });
    expect(after.trainings[0]?.reason).toMatch(/cancelled/);
    expect(inDir("state").filter((name) => name.endsWith(".bundle.gz")).length).toBe(2);
    expect([after.toCollect, ...after.trainings.map(({ left }) => left)]).toEqual([
      2,
      "kept",
      "kept",
      "nothing",
    ]);
    const { added, unfinished } = collect("cut-short.sqlite");
    expect([added.length, unfinished]).toEqual([2, added]);
    for (const run of added) {
      const shown = answered(lab("show", run, "--database", at("cut-short.sqlite"), "--json"));
      expect(shown).toMatchObject({ run: { status: "cancelled" } });
    }
    const taken = statusOf(lab, dir, "--database", at("cut-short.sqlite"));
    expect([taken.toCollect, taken.trainings[0]?.left, taken.counts.lost]).toEqual([0, "collected", 3]);
    expect(collect("cut-short.sqlite").added).toEqual([]);
    expect(lab("sweep", "--status", dir, "--log", "0").stdout).toMatch(
      /seed 4\): begins[^]*ended before its time/,
    );
  }, 900_000);

  it("goes back into the queue when the limit of its time is near, and goes on from there", async () => {
    const base = notebookSpec({ rows: 500, epochs: 20_000, lr: 0.001 });
    dir = submit({ kind: "grid", base, values: { seed: [8] } }, "--time", "1").dir;
    await until("it has kept a state", () => bundle("state", "0000"));
    // It would compute all that time, half a minute of a core.
    sleepUntilSignalled();
    await until("it has gone back", () => logs().includes("goes back into the queue"), 300_000);
    await until("it goes on", () => /goes back[^]*0000 \(seed 8\): goes on/.test(logs()), 300_000);
    expect(logs()).toMatch(/attempt \d+\.0,[^]*attempt \d+\.1,/);
    lab("sweep", "--cancel", dir);
    await idle();
  }, 900_000);

  it("says why a request cannot be met, and what sbatch refuses", () => {
    const base = notebookSpec({ rows: 100 });
    const sweep = { kind: "grid", base, values: { seed: [7] } };
    const options = ["--dir", at("wide"), "--cpus-per-task", "64", "--threads", "1"];
    writeFileSync(at("grid.json"), JSON.stringify(sweep));
    const wide = lab("sweep", at("grid.json"), "--on", "slurm", "--node", node, ...KERNELS, ...options);
    const why = wide.status === 0 ? JSON.stringify(statusOf(lab, at("wide"))) : wide.stderr;
    expect(why).toMatch(/no node .* can ever meet|ask for less/i);
    if (wide.status === 0) lab("sweep", "--cancel", at("wide"));
    const refused = lab(
      "sweep",
      at("grid.json"),
      "--on",
      "slurm",
      "--node",
      node,
      ...KERNELS,
      "--partition",
      "none",
    );
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/invalid partition.*sinfo lists/i),
    ]);
  });
});

/** Of a task of two trainings, as their files are named. */
const indicesOf = (task: string): readonly string[] =>
  [2 * Number(task), 2 * Number(task) + 1].map((index) => String(index).padStart(4, "0"));

/** Root's folders need not be readable for others. */
const canRunAsNobody = (program: string): boolean =>
  spawnSync(program, ["-e", "0"], { uid: NOBODY, gid: NOBODY, cwd: "/", env: { PATH: process.env["PATH"] } })
    .status === 0;
