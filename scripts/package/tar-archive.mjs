import path from "node:path";
import { runCommand } from "../setup/run-command.mjs";
import { SetupError } from "../setup/setup-error.mjs";

/**
 * Packs a folder as .tar.xz: names in order, one time, one owner, so that the same files give the same bytes.
 *
 * @param {{ dir: string, archive: string, epochS: number, level: string }} options `level` is xz's, or "none"
 */
export async function packTar({ dir, archive, epochS, level }) {
  await runTool("tar", [
    "--format=gnu",
    "--sort=name",
    "--owner=0",
    "--group=0",
    "--numeric-owner",
    `--mtime=@${epochS}`,
    // Blocks are cut by size, whatever the number of threads that pack them.
    ...(level === "none" ? [] : ["--use-compress-program", `xz --threads=2 -${level}`]),
    "--create",
    `--file=${archive}`,
    `--directory=${path.dirname(dir)}`,
    path.basename(dir),
  ]);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv }} [options]
 */
export async function runTool(command, args, { env } = {}) {
  const { code, answer } = await runCommand(command, args, { env });
  if (code === 0) return;
  throw new SetupError(`${command} failed`, {
    tried: [`${command} ${args.join(" ")}`],
    answer,
    todo: "GNU tar, xz and dpkg-deb are needed (Debian: tar xz-utils dpkg). Then run the command again.",
  });
}
