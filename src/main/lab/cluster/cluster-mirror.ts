import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path/posix";
import { makeFolder } from "../../data/make-folder.ts";
import { ContractError } from "../../../core/errors.ts";
import { sshArguments, sshControlFolder, sshFailure, type ClusterShell } from "./cluster-shell.ts";
import { quoted } from "./job-script.ts";
import { indexName, type SweepFolder } from "./sweep-folder.ts";

/** Bundles that are brought by one command, so that it stays short enough for a shell. */
const BUNDLES_A_TIME = 500;

/**
 * A sweep's folder on a login node and its likeness here: what is asked of a sweep is asked of the one here, after what
 * it lacks was brought by tar through ssh.
 */
export class ClusterMirror {
  readonly #folder: SweepFolder;
  readonly #shell: ClusterShell;
  readonly #there: string;

  constructor(folder: SweepFolder, shell: ClusterShell) {
    this.#folder = folder;
    this.#shell = shell;
    this.#there = folder.order().dirOnCluster;
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
    const there = quoted(this.#there);
    if ((await this.#shell.run("test", ["-e", join(this.#there, "sweep.json")])).code === 0) return;
    // sweep.json last, as here: a connection that breaks leaves no folder that looks whole.
    const command = `mkdir -p ${there} && tar -C ${there} -xzf -`;
    await this.#throughTar(
      ["-C", this.#folder.dir, "--exclude=./sweep.json", "--exclude=./submit.lock", "-czf", "-", "."],
      command,
      "there",
    );
    await this.#throughTar(["-C", this.#folder.dir, "-czf", "-", "sweep.json"], command, "there");
  }

  /** Brings what is small: failures, signs of life, logs. @returns indices that are done there. @throws {ContractError} */
  async look(): Promise<ReadonlySet<number>> {
    const there = quoted(this.#there);
    await this.#throughTar(
      ["-C", this.#folder.dir, "-xzf", "-"],
      `tar -C ${there} -czf - failed alive log`,
      "here",
    );
    return this.#doneThere();
  }

  /** Brings bundles that are not here yet. @throws {ContractError} */
  async fetchDone(): Promise<void> {
    const here = this.#folder.indices("done");
    const missing = [...(await this.#doneThere())].filter((index) => !here.has(index)).sort((a, b) => a - b);
    makeFolder(this.#folder.at("done"));
    for (let i = 0; i < missing.length; i += BUNDLES_A_TIME) {
      const names = missing
        .slice(i, i + BUNDLES_A_TIME)
        .filter((index) => !existsSync(this.#folder.bundle("done", index)))
        .map((index) => `done/${indexName(index)}.bundle.gz`);
      // Not compressed once more: bundles are.
      await this.#throughTar(
        ["-C", this.#folder.dir, "-xf", "-"],
        `tar -C ${quoted(this.#there)} -cf - ${names.join(" ")}`,
        "here",
      );
    }
  }

  /** Puts bundles aside that could not be read. @throws {ContractError} */
  async putAside(indices: readonly number[]): Promise<void> {
    for (const index of indices) {
      const path = join(this.#there, "done", `${indexName(index)}.bundle.gz`);
      await this.#shell.run("mv", [path, `${path}.damaged`]);
    }
  }

  async #doneThere(): Promise<ReadonlySet<number>> {
    const { stdout } = await this.#shell.run("ls", [join(this.#there, "done")]);
    const names = stdout.split("\n").map((name) => /^(\d+)\.bundle\.gz$/.exec(name)?.[1]);
    return new Set(names.flatMap((index) => (index === undefined ? [] : [Number(index)])));
  }

  /** tar here and a command there, one writing what the other reads. @throws {ContractError} */
  #throughTar(tar: readonly string[], command: string, to: "here" | "there"): Promise<void> {
    const host = this.#shell.host ?? "";
    return new Promise((resolve, reject) => {
      const remote = spawn("ssh", [...sshArguments(host, command, sshControlFolder())], { stdio: "pipe" });
      const local = spawn("tar", [...tar], { stdio: "pipe" });
      let [said, left] = ["", 2];
      const heard = (text: Buffer): void => {
        said = `${said}${text.toString("utf8")}`.slice(-2_000);
      };
      remote.stderr.on("data", heard);
      local.stderr.on("data", heard);
      const [from, into] = to === "there" ? [local, remote] : [remote, local];
      // What the reader does not take any more is said by how it ended.
      into.stdin.on("error", () => undefined);
      from.stdout.pipe(into.stdin);
      into.stdout.resume();
      from.stdin.end();
      for (const child of [remote, local]) {
        child.on("error", (error) => {
          reject(
            new ContractError(`${child.spawnfile} could not be run: ${error.message}`, { cause: error }),
          );
        });
        child.on("close", (code) => {
          if (child === remote && code === 255) reject(sshFailure(host, said));
          else if (code !== 0) {
            reject(new ContractError(`The sweep's files could not be brought ${to}: ${said.trim()}`));
          } else if (--left === 0) resolve();
        });
      }
    });
  }
}
