import { ContractError } from "../../../core/errors.ts";
import type { ClusterOptions } from "../../../shared/experiments/cluster-sweep.ts";
import type { ClusterShell } from "./cluster-shell.ts";
import { quoted } from "../../place/shell-word.ts";

/** Node-API 10, which SQLite's module asks for. */
const LEAST_NODE = [22, 14] as const;

/** Whether a version as `node --version` says it will do: "v24.11.0". */
export function isNewEnough(version: string): boolean {
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(version.trim()) ?? [];
  if (major === undefined || minor === undefined) return false;
  const [leastMajor, leastMinor] = LEAST_NODE;
  return Number(major) > leastMajor || (Number(major) === leastMajor && Number(minor) >= leastMinor);
}

/**
 * Tries Node where the sweep is submitted, set up as a compute node will be: a thousand tasks that fail at once help
 * nobody. What was named but is not here may be on compute nodes alone, and is believed.
 *
 * @throws {ContractError} If it is too old, or missing where nothing was said of it.
 */
export async function requireNode(
  shell: ClusterShell,
  { node, setup }: Pick<ClusterOptions, "node" | "setup">,
): Promise<void> {
  const script = `${setup ?? ""}\n${quoted(node ?? "node")} --version`;
  const answer = await shell.run("bash", ["-c", script]);
  const version = answer.stdout.trim().split("\n").at(-1) ?? "";
  if (answer.code === 0 && isNewEnough(version)) return;
  const advice = `Compute nodes need Node ${LEAST_NODE.join(".")} or newer: name one with --node PATH, or load it with --setup 'module load nodejs'; docs/cluster.md says how to put one into your home`;
  if (answer.code === 0 && /^v\d/.test(version)) {
    throw new ContractError(`"${node ?? "node"}" is Node ${version}. ${advice}.`);
  }
  if (node === undefined && setup === undefined)
    throw new ContractError(`There is no Node on the path. ${advice}.`);
}
