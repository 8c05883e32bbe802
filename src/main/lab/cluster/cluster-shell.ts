import { execFile } from "node:child_process";
import { messageLine } from "../../../core/thrown.ts";
import { lstatSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { ContractError } from "../../../core/errors.ts";
import { quoted } from "../../place/shell-word.ts";

export interface CommandAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where Slurm's commands are run: on this machine, or on a login node. */
export interface ClusterShell {
  /** The login node, or null for this machine. */
  readonly host: string | null;
  /** @throws {ContractError} If the program is not there, takes too long, or the host cannot be reached. */
  run(
    program: string,
    args: readonly string[],
    options?: { readonly timeoutMs?: number },
  ): Promise<CommandAnswer>;
}

const MOST_OUTPUT_BYTES = 64 * 2 ** 20;
/** squeue gives up on a controller that is away after some nine seconds by itself. */
const USUAL_TIMEOUT_MS = 60_000;

/**
 * Within a job, Slurm's variables are those of that job, and sbatch would take the new one's sizes from them. Where
 * Slurm is, says SLURM_CONF.
 */
export function environmentForSlurm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inJob = env["SLURM_JOB_ID"] !== undefined;
  const kept = Object.entries(env).filter(
    ([name]) => !inJob || !/^(SLURM|SLURMD|SBATCH|SRUN)_/.test(name) || name === "SLURM_CONF",
  );
  return { ...Object.fromEntries(kept), LC_ALL: "C" };
}

function execute(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  timeoutMs: number,
): Promise<CommandAnswer> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      [...args],
      { env, timeout: timeoutMs, maxBuffer: MOST_OUTPUT_BYTES, killSignal: "SIGKILL" },
      (error, stdout, stderr) => {
        if (error === null) resolve({ code: 0, stdout, stderr });
        else if (typeof error.code === "number") resolve({ code: error.code, stdout, stderr });
        else if (error.killed === true) {
          reject(new ContractError(`${program} did not answer within ${timeoutMs / 1000} s`));
        } else {
          const missing = String(error.code) === "ENOENT";
          reject(
            new ContractError(
              missing
                ? `There is no "${program}" on this machine's path. Slurm's commands are on a cluster's login node: run this there, or name it with --host`
                : `${program} could not be run: ${messageLine(error)}`,
              { cause: error },
            ),
          );
        }
      },
    );
  });
}

/** Commands of this machine. */
export const localShell: ClusterShell = {
  host: null,
  run: (program, args, { timeoutMs = USUAL_TIMEOUT_MS } = {}) =>
    execute(program, args, environmentForSlurm(process.env), timeoutMs),
};

/** ssh ends with this where the connection failed, not the command. */
export const SSH_FAILED = 255;
/** The connection that the first command has opened is shared by those of the next ten minutes. */
const KEPT_OPEN_S = 600;

/** Options of ssh and what runs over it: nothing is asked, because nobody could answer. */
export async function sshArguments(host: string, command: string): Promise<readonly string[]> {
  return [
    "-o",
    "BatchMode=yes",
    ...((await sharesConnection(host)) ? [] : ownSharing(sshControlFolder())),
    "--",
    host,
    // A login shell, because that is where a cluster's path and modules come from.
    `bash -lc ${quoted(command)}`,
  ];
}

/**
 * Whether ~/.ssh/config says where connections to the host are shared: then they are, and one that a person has opened
 * by answering what a log-in asks is used. Asked each time: it is written while the app runs, because a message says so.
 */
async function sharesConnection(host: string): Promise<boolean> {
  const { code, stdout } = await execute("ssh", ["-G", "--", host], process.env, USUAL_TIMEOUT_MS);
  const path = /^controlpath (.+)$/im.exec(stdout)?.[1]?.trim() ?? "none";
  return code === 0 && path !== "none";
}

/** The lab's own sharing; none without a folder for it. */
const ownSharing = (folder: string | null): readonly string[] =>
  folder === null
    ? []
    : ["-o", "ControlMaster=auto", "-o", `ControlPath=${folder}/%C`, "-o", `ControlPersist=${KEPT_OPEN_S}`];

/**
 * The same for all commands of a user, so that a later one finds the connection of an earlier one. Its path is short,
 * because a socket's has at most 104 bytes, of which %C and what ssh appends take 58. Null where sockets cannot be had, or where
 * the folder is somebody else's or open to others, who could take over the connection.
 */
export function sshControlFolder(root = "/tmp"): string | null {
  const uid = process.getuid?.();
  if (uid === undefined) return null;
  const folder = join(root, `lab-ssh-${uid}`);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch {
    // It is there already, or will not be found below.
  }
  const found = lstatSync(folder, { throwIfNoEntry: false });
  const isOwn = found?.isDirectory() === true && found.uid === uid && (found.mode & 0o077) === 0;
  return isOwn ? folder : null;
}

/** What ssh said when it could not connect, and what to do. */
export function sshFailure(host: string, stderr: string): ContractError {
  const said = stderr.trim().split("\n").at(-1) ?? "";
  const asks = /permission denied|host key verification|keyboard-interactive|password/i.test(stderr)
    ? ` Nothing can be asked here: type "ssh ${host}" in a terminal once, answer what it asks, and see that it then connects by itself (a key, an agent, or ControlMaster in ~/.ssh/config).`
    : "";
  return new ContractError(`${host} cannot be reached over ssh: ${said}.${asks}`);
}

/** The same commands on a login node, through the system's own ssh: keys, jump hosts and log-ins are the user's. */
export function sshShell(host: string): ClusterShell {
  return {
    host,
    run: async (program, args, { timeoutMs = USUAL_TIMEOUT_MS } = {}) => {
      const command = [program, ...args].map(quoted).join(" ");
      const answer = await execute("ssh", await sshArguments(host, command), process.env, timeoutMs);
      if (answer.code === SSH_FAILED) throw sshFailure(host, answer.stderr);
      return answer;
    },
  };
}

export const shellFor = (host: string | null | undefined): ClusterShell =>
  host === null || host === undefined ? localShell : sshShell(host);
