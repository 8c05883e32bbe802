import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { totalmem, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const PATH = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;
const PROGRAMS = [
  "munged",
  "munge",
  "slurmctld",
  "slurmd",
  "scontrol",
  "sinfo",
  "sbatch",
  "squeue",
  "scancel",
];
const START_MS = 120_000;

/** Which of Slurm's programs this machine lacks. */
export const missingPrograms = (): readonly string[] =>
  PROGRAMS.filter((name) => spawnSync("sh", ["-c", `command -v ${name}`], { env: { PATH } }).status !== 0);

/** Why tests with Slurm are skipped here, or "". */
export const slurmMissing =
  missingPrograms().length === 0
    ? ""
    : `skipped, because there is no Slurm (${missingPrograms().join(", ")}); on Debian: apt-get install --no-install-recommends slurm-wlm munge`;

async function freePorts(count: number): Promise<readonly number[]> {
  // Held all at once, so that no two are the same.
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => new Promise((listening) => server.once("listening", listening))));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

/** A Slurm of its own in a folder: munged, a controller, virtual nodes of one CPU; without systemd, cgroups and root. */
export class TestSlurm {
  readonly folder: string;
  readonly #nodes: readonly string[];
  readonly #daemons = new Map<string, ChildProcess>();

  private constructor(folder: string, nodes: number) {
    this.folder = folder;
    this.#nodes = Array.from({ length: nodes }, (_, i) => `node${i + 1}`);
  }

  /** @param folder Short: a socket's path has at most 107 characters. */
  static async start(folder: string, nodes: number): Promise<TestSlurm> {
    const slurm = new TestSlurm(folder, nodes);
    await slurm.#configure();
    try {
      await slurm.#launchMunge();
      await slurm.startController();
      for (const node of slurm.#nodes) slurm.#launchNode(node);
      await slurm.#until("the nodes are idle", () => slurm.nodeStates().every((state) => state === "idle"));
    } catch (error) {
      await slurm.stop();
      throw error;
    }
    return slurm;
  }

  get configuration(): string {
    return join(this.folder, "etc", "slurm.conf");
  }

  /** For whoever talks to this Slurm. */
  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, PATH, SLURM_CONF: this.configuration };
  }

  run(program: string, ...args: readonly string[]): string {
    return execFileSync(program, [...args], {
      env: this.environment,
      encoding: "utf8",
      stdio: "pipe",
    }).trim();
  }

  /** Does not wait for its end. */
  begin(program: string, ...args: readonly string[]): ChildProcess {
    return spawn(program, [...args], { env: this.environment, stdio: "ignore" });
  }

  nodeStates(): readonly string[] {
    return this.run("sinfo", "--noheader", "--Node", "--partition=main", "--format=%T").split("\n");
  }

  async startController(): Promise<void> {
    this.#launch("slurmctld", "slurmctld", ["-D", "-f", this.configuration]);
    await this.#until("the controller answers", () => this.run("scontrol", "ping").includes("UP"));
  }

  async stopController(): Promise<void> {
    await this.#end("slurmctld", "SIGTERM");
  }

  /** As a power cut would take it: the daemon, the steps and the jobs' processes at once. */
  async loseNode(node: string): Promise<void> {
    await this.#end(node, "SIGKILL");
    for (const step of this.#steps(node)) killAll([...descendants(step), step]);
  }

  async bringBack(node: string): Promise<void> {
    this.#launchNode(node);
    await this.#until(`${node} answers`, () => this.run("scontrol", "ping").includes("UP"));
  }

  /** Processes of the jobs that run on a node, or on any. */
  jobProcesses(node?: string): readonly number[] {
    return this.#steps(node).flatMap(descendants);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#nodes, "slurmctld", "munged"].map((name) => this.#end(name, "SIGTERM")));
    for (const step of this.#steps()) killAll([...descendants(step), step]);
  }

  log(name: string): string {
    return readFileSync(join(this.folder, "log", `${name}.log`), "utf8");
  }

  async #configure(): Promise<void> {
    const at = (...names: readonly string[]): string => join(this.folder, ...names);
    for (const name of ["etc", "run", "log", "state/slurmctld"]) mkdirSync(at(name), { recursive: true });
    // Jobs must reach munged's socket and their scripts; munged wants its key readable by nobody else.
    for (const name of ["", "etc", "run", "log", "state"]) chmodSync(at(name), 0o755);
    chmodSync(at("state/slurmctld"), 0o700);
    writeFileSync(at("etc/munge.key"), randomBytes(128), { mode: 0o400 });
    // Without it slurmd looks for /etc/slurm/cgroup.conf.
    writeFileSync(at("etc/cgroup.conf"), "");
    const [controller, ...ports] = await freePorts(1 + this.#nodes.length);
    const user = userInfo().username;
    const memoryMb = Math.floor((totalmem() / 2 ** 20) * 0.9);
    const lines = [
      "ClusterName=test",
      "SlurmctldHost=localhost(127.0.0.1)",
      `SlurmctldPort=${controller}`,
      // On the address of the node's name alone.
      "CommunicationParameters=NoInAddrAny,NoCtldInAddrAny",
      `SlurmUser=${user}`,
      `SlurmdUser=${user}`,
      "AuthType=auth/munge",
      // cred_expire is also how long a requeued job waits: 120 s below 5 s, and where nothing is said.
      `AuthInfo=socket=${at("run/munge.socket")},cred_expire=5`,
      `StateSaveLocation=${at("state/slurmctld")}`,
      `SlurmctldPidFile=${at("run/slurmctld.own.pid")}`,
      `SlurmctldLogFile=${at("log/slurmctld.log")}`,
      `SlurmdSpoolDir=${at("state/%n")}`,
      `SlurmdPidFile=${at("run/%n.own.pid")}`,
      `SlurmdLogFile=${at("log/%n.log")}`,
      "MailProg=/bin/true",
      // No cgroups, nothing bound to a CPU: this runs in a container as well.
      "ProctrackType=proctrack/linuxproc",
      "TaskPlugin=task/none",
      "JobAcctGatherType=jobacct_gather/linux",
      "SelectType=select/cons_tres",
      "SelectTypeParameters=CR_CPU",
      "SchedulerType=sched/backfill",
      "SchedulerParameters=bf_interval=1,sched_interval=1,batch_sched_delay=0",
      "MaxJobCount=20000",
      "MinJobAge=300",
      "SlurmdTimeout=6",
      "SlurmctldTimeout=6",
      "MessageTimeout=5",
      "ReturnToService=2",
      "KillWait=10",
      "JobRequeue=1",
      "SlurmdParameters=config_overrides",
      "PreemptType=preempt/partition_prio",
      "PreemptMode=REQUEUE",
      ...this.#nodes.map(
        (node, i) =>
          `NodeName=${node} NodeHostname=localhost NodeAddr=127.0.0.1 Port=${ports[i]} CPUs=1 RealMemory=${memoryMb}`,
      ),
      "PartitionName=main Nodes=ALL Default=YES MaxTime=UNLIMITED DefaultTime=60 PriorityTier=1 State=UP",
      "PartitionName=urgent Nodes=ALL PriorityTier=10 State=UP",
    ];
    writeFileSync(this.configuration, `${lines.join("\n")}\n`);
  }

  async #launchMunge(): Promise<void> {
    const at = (...names: readonly string[]): string => join(this.folder, ...names);
    this.#launch("munged", "munged", [
      "--foreground",
      "--force",
      "--num-threads=2",
      `--key-file=${at("etc/munge.key")}`,
      `--socket=${at("run/munge.socket")}`,
      `--pid-file=${at("run/munged.own.pid")}`,
      `--seed-file=${at("state/munge.seed")}`,
      `--log-file=${at("log/munged.log")}`,
    ]);
    await this.#until("munged answers", () => {
      this.run("munge", "--no-input", `--socket=${at("run/munge.socket")}`);
      return true;
    });
  }

  #launchNode(node: string): void {
    this.#launch(node, "slurmd", ["-D", "-N", node, "-f", this.configuration]);
  }

  /** In the foreground of a process group of its own, so that its number is known. */
  #launch(name: string, program: string, args: readonly string[]): void {
    const out = openSync(join(this.folder, "log", `${name}.out`), "a");
    const child = spawn(program, [...args], {
      env: this.environment,
      detached: true,
      stdio: ["ignore", out, out],
    });
    closeSync(out);
    child.on("error", () => undefined);
    this.#daemons.set(name, child);
  }

  async #end(name: string, signal: NodeJS.Signals): Promise<void> {
    const child = this.#daemons.get(name);
    this.#daemons.delete(name);
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill(signal);
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(late);
  }

  /** slurmstepd is nobody's child; its environment names this Slurm, its children's the node. */
  #steps(node?: string): readonly number[] {
    return allProcesses().filter((pid) => {
      if (!readProc(pid, "cmdline").startsWith("slurmstepd: ")) return false;
      if (!readProc(pid, "environ").split("\0").includes(`SLURM_CONF=${this.configuration}`)) return false;
      return (
        node === undefined ||
        descendants(pid).some((child) =>
          readProc(child, "environ").split("\0").includes(`SLURMD_NODENAME=${node}`),
        )
      );
    });
  }

  async #until(what: string, right: () => boolean): Promise<void> {
    const deadline = Date.now() + START_MS;
    let last: unknown = null;
    while (Date.now() < deadline) {
      try {
        if (right()) return;
      } catch (error) {
        last = error;
      }
      await wait(200);
    }
    const said = readdirSync(join(this.folder, "log"))
      .map((name) => `${name}: ${readFileSync(join(this.folder, "log", name), "utf8").slice(-600)}`)
      .join("\n");
    throw new Error(`The test's Slurm: ${what}: not within ${START_MS / 1000} s (${String(last)})\n${said}`);
  }
}

const allProcesses = (): readonly number[] =>
  readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));

/** "" of a process that is gone or another user's. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

function descendants(pid: number): readonly number[] {
  const children = readProc(pid, `task/${pid}/children`).trim();
  if (children === "") return [];
  return children
    .split(" ")
    .map(Number)
    .flatMap((child) => [...descendants(child), child]);
}

function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Gone by itself.
    }
  }
}
