import { spawn } from "node:child_process";
import { join } from "node:path/posix";
import { makeFolder } from "../../data/make-folder.ts";
import { ContractError } from "../../../core/errors.ts";
import { DAMAGED } from "./collect-sweep.ts";
import type { BundlesElsewhere } from "./find-sweep.ts";
import { SSH_FAILED, sshArguments, sshFailure, type ClusterShell } from "./cluster-shell.ts";
import { quoted } from "../../place/shell-word.ts";
import { indexName, type SweepFolder } from "./sweep-folder.ts";

/** Bundles that are brought by one command, so that it stays short enough for a shell. */
const BUNDLES_A_TIME = 500;
/** Large folders take their time; a connection on which nothing moves for so long is dead. */
const IDLE_LIMIT_MS = 60_000;
/** tar's, where a file was written or went while it was read; all others are whole, and the next look brings this one. */
const CHANGED_MEANWHILE = 1;
/** ls's, where a file went while it was listed. */
const LS_MINOR_PROBLEM = 1;

/**
 * A sweep's folder on a login node and its likeness here: what is asked of a sweep is asked of the one here, after what
 * it lacks was brought by tar through ssh.
 */
export class ClusterMirror {
  readonly #folder: SweepFolder;
  readonly #shell: ClusterShell;
  readonly #dirThere: string;
  readonly #idleLimitMs: number;

  constructor(folder: SweepFolder, shell: ClusterShell, idleLimitMs = IDLE_LIMIT_MS) {
    this.#idleLimitMs = idleLimitMs;
    this.#folder = folder;
    this.#shell = shell;
    this.#dirThere = folder.order().dirOnCluster;
  }

  /** Where a sweep of this name lies on the login node: below the user's home there. @throws {ContractError} */
  static async folderOn(shell: ClusterShell, name: string): Promise<string> {
    const { stdout } = await shell.run("pwd", ["-P"]);
    const home = stdout.trim().split("\n").at(-1) ?? "";
    if (!home.startsWith("/"))
      throw new ContractError(`${shell.host ?? ""} does not say where its home is: "${home}"`);
    return join(home, "lab-sweeps", name);
  }

  /** Brings the folder there; one that is there whole stays as it is. @throws {ContractError} */
  async push(): Promise<void> {
    const there = quoted(this.#dirThere);
    if ((await this.#shell.run("test", ["-e", join(this.#dirThere, "sweep.json")])).code === 0) return;
    // sweep.json last, as here: a connection that breaks leaves no folder that looks whole.
    const command = `mkdir -p ${there} && tar -C ${there} -xzf -`;
    await this.#throughTar(
      ["-C", this.#folder.dir, "--exclude=./sweep.json", "--exclude=./submit.lock", "-czf", "-", "."],
      command,
      { to: "there" },
    );
    await this.#throughTar(["-C", this.#folder.dir, "-czf", "-", "sweep.json"], command, { to: "there" });
  }

  /** Brings what is small: failures, signs of life, logs, also while tasks write them. @returns what else is there. @throws {ContractError} */
  async look(): Promise<BundlesElsewhere> {
    const there = quoted(this.#dirThere);
    await this.#throughTar(["-C", this.#folder.dir, "-xzf", "-"], `tar -C ${there} -czf - failed alive log`, {
      to: "here",
      mayChange: true,
    });
    return { done: await this.#there("done"), state: await this.#there("state") };
  }

  /** Brings bundles: those of what is done once, states again, because they change. @throws {ContractError} */
  async fetch(kind: "done" | "state", indices: readonly number[]): Promise<void> {
    const here = kind === "done" ? this.#folder.indices(kind) : new Set<number>();
    const missing = indices.filter((index) => !here.has(index)).sort((a, b) => a - b);
    makeFolder(this.#folder.at(kind));
    for (let i = 0; i < missing.length; i += BUNDLES_A_TIME) {
      const names = missing
        .slice(i, i + BUNDLES_A_TIME)
        .map((index) => `${kind}/${indexName(index)}.bundle.gz`);
      // Not compressed once more: bundles are.
      await this.#throughTar(
        ["-C", this.#folder.dir, "-xf", "-"],
        `tar -C ${quoted(this.#dirThere)} -cf - ${names.join(" ")}`,
        { to: "here" },
      );
    }
  }

  /** Puts bundles aside that could not be read. @param names As they were put aside here. @throws {ContractError} */
  async putAside(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const aside = join(this.#dirThere, name);
      await this.#shell.run("mv", [aside.slice(0, -DAMAGED.length), aside]);
    }
  }

  async #there(kind: "done" | "state"): Promise<ReadonlySet<number>> {
    const { code, stdout, stderr } = await this.#shell.run("ls", [join(this.#dirThere, kind)]);
    // No list is not an empty one: all trainings would be taken for lost.
    if (code > LS_MINOR_PROBLEM) {
      throw new ContractError(`${this.#shell.host ?? ""} does not say what is done: ${stderr.trim()}`);
    }
    const names = stdout.split("\n").map((name) => /^(\d+)\.bundle\.gz$/.exec(name)?.[1]);
    return new Set(names.flatMap((index) => (index === undefined ? [] : [Number(index)])));
  }

  /** tar here and a command there, one writing what the other reads. @throws {ContractError} */
  async #throughTar(
    tar: readonly string[],
    command: string,
    { to, mayChange = false }: { readonly to: "here" | "there"; readonly mayChange?: boolean },
  ): Promise<void> {
    const host = this.#shell.host ?? "";
    const args = await sshArguments(host, command);
    const fails = (why: string, cause?: Error): ContractError =>
      new ContractError(`The sweep's files could not be brought ${to}: ${why}`, { cause });
    return new Promise((resolve, reject) => {
      const remote = spawn("ssh", [...args], { stdio: "pipe" });
      const local = spawn("tar", [...tar], { stdio: "pipe" });
      const children = [remote, local];
      let [said, left] = ["", children.length];
      const failed = (error: ContractError): void => {
        clearTimeout(limit);
        for (const child of children) child.kill("SIGKILL");
        reject(error);
      };
      const limit = setTimeout(
        () => failed(fails(`${host} has sent and taken nothing for ${this.#idleLimitMs / 1_000} s`)),
        this.#idleLimitMs,
      );
      const heard = (text: Buffer): void => {
        said = `${said}${text.toString("utf8")}`.slice(-2_000);
      };
      remote.stderr.on("data", heard);
      local.stderr.on("data", heard);
      const [from, into] = to === "there" ? [local, remote] : [remote, local];
      // What the reader does not take any more is said by how it ended.
      into.stdin.on("error", () => undefined);
      from.stdout.on("data", () => limit.refresh());
      from.stdout.pipe(into.stdin);
      into.stdout.resume();
      from.stdin.end();
      for (const child of children) {
        child.on("error", (error) => {
          failed(fails(`${child.spawnfile} could not be run: ${error.message}`, error));
        });
        child.on("close", (code) => {
          const changed = mayChange && child === remote && code === CHANGED_MEANWHILE;
          if (child === remote && code === SSH_FAILED) failed(sshFailure(host, said));
          else if (code !== 0 && !changed) failed(fails(said.trim()));
          else if (--left === 0) {
            clearTimeout(limit);
            resolve();
          }
        });
      }
    });
  }
}
