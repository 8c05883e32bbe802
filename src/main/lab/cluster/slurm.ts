import { ContractError } from "../../../core/errors.ts";
import { USUAL_MAX_ARRAY_SIZE } from "./array-tasks.ts";
import type { ClusterShell, CommandAnswer } from "./cluster-shell.ts";
import { parseQueue, QUEUE_FORMAT, type QueuedTask } from "./queue-lines.ts";

/** Beyond its MaxJobCount sbatch sleeps and tries again for three minutes. */
const SUBMIT_TIMEOUT_MS = 240_000;

/** What users of a cluster can do about what its commands say. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/invalid job array specification/i, "The cluster takes fewer tasks in an array: give a larger --chunk."],
  [
    /invalid account|account or partition/i,
    "Ask the cluster which --account is yours (sacctmgr show associations, or its documentation).",
  ],
  [/invalid partition/i, "sinfo lists the partitions."],
  [/invalid qos/i, "Give another --qos, or none."],
  [
    /memory specification|node configuration is not available/i,
    "No node has what is asked for: ask for less with --mem, --cpus-per-task or --constraint.",
  ],
  [/time limit/i, "The partition allows less time: give a shorter --time."],
  [
    /resource temporarily unavailable|slurm temporarily unable/i,
    "The cluster has as many jobs as it takes: wait, or give a larger --chunk.",
  ],
  [/unable to contact slurm controller/i, "The cluster's controller is away: try again later."],
  [
    /fetch_config|resolve_ctls_from_dns_srv|could not establish a configuration source|slurm\.conf/i,
    "Slurm's commands are here, but know of no cluster: do this on the cluster's login node, or name that with --host.",
  ],
];

/** What a command said, each thing once: it names itself before each, and says some for every job. */
function said({ stderr, stdout }: CommandAnswer): readonly string[] {
  const lines = (stderr.trim() === "" ? stdout : stderr).trim().split(/\s*\n\s*/);
  return [...new Set(lines.map((line) => line.replace(/^\w+: (error|fatal): /, "")))];
}

/** What a command said, and what to do about it where that is known: then the line that says why is enough. */
function explained(answer: CommandAnswer): string {
  const lines = said(answer);
  const [pattern, advice] = ADVICE.find(([one]) => lines.some((line) => one.test(line))) ?? [];
  const why = pattern === undefined ? undefined : lines.findLast((line) => pattern.test(line));
  return why === undefined || advice === undefined ? lines.join("; ") : `${why}. ${advice}`;
}

/** A submission that Slurm did not take, in words. */
export class RefusedError extends ContractError {}

/** Slurm's commands, with what a sweep asks of them. */
export class Slurm {
  readonly #shell: ClusterShell;
  readonly #clusters: readonly string[];

  /** @param clusters `--clusters=…` where the sweep was submitted to another cluster than the usual one. */
  constructor(shell: ClusterShell, clusters: readonly string[] = []) {
    this.#shell = shell;
    this.#clusters = clusters;
  }

  /** Name and sizes of the cluster. @throws {ContractError} If Slurm is not there or does not answer. */
  async limits(): Promise<{
    readonly cluster: string;
    readonly maxArraySize: number;
    readonly maxJobCount: number;
  }> {
    const answer = await this.#run("scontrol", [...this.#clusters, "show", "config"]);
    const value = (name: string): string | undefined =>
      new RegExp(`^${name}\\s*=\\s*(\\S+)`, "m").exec(answer.stdout)?.[1];
    const number = (name: string, otherwise: number): number => {
      const found = Number(value(name));
      return Number.isSafeInteger(found) && found > 0 ? found : otherwise;
    };
    return {
      cluster: value("ClusterName") ?? "cluster",
      maxArraySize: number("MaxArraySize", USUAL_MAX_ARRAY_SIZE),
      maxJobCount: number("MaxJobCount", 10_000),
    };
  }

  /** @returns the array's job id. @throws {RefusedError} In Slurm's words, and what to do. */
  async submit(script: string, array: string): Promise<string> {
    const answer = await this.#shell.run("sbatch", ["--parsable", `--array=${array}`, script], {
      timeoutMs: SUBMIT_TIMEOUT_MS,
    });
    const [, job] = /^(\d+)(;|\s|$)/m.exec(answer.stdout) ?? [];
    if (answer.code === 0 && job !== undefined) return job;
    throw new RefusedError(`sbatch did not take the sweep: ${explained(answer)}`);
  }

  /** Every task of the sweep that Slurm still knows. @throws {ContractError} If it does not answer. */
  async queue(jobName: string): Promise<readonly QueuedTask[]> {
    const answer = await this.#run("squeue", [
      ...this.#clusters,
      "--noheader",
      "--array",
      "--states=all",
      `--name=${jobName}`,
      `--format=${QUEUE_FORMAT}`,
    ]);
    return parseQueue(answer.stdout);
  }

  /** @throws {ContractError} If Slurm does not answer. */
  async cancel(jobs: readonly string[]): Promise<void> {
    if (jobs.length > 0) await this.#run("scancel", [...this.#clusters, ...jobs]);
  }

  /** Brings one task back into the queue; the task that runs is ended. @throws {ContractError} */
  async requeue(arrayTask: string): Promise<void> {
    await this.#run("scontrol", [...this.#clusters, "requeue", arrayTask]);
  }

  async #run(program: string, args: readonly string[]): Promise<CommandAnswer> {
    const answer = await this.#shell.run(program, args);
    if (answer.code === 0) return answer;
    throw new ContractError(`${program} ended with ${answer.code}: ${explained(answer)}`);
  }
}
