import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { ClusterSweepStatus } from "../../../src/shared/experiments/cluster-sweep.ts";
import { isNewEnough } from "../../../src/main/lab/cluster/require-node.ts";
import { connect } from "../../../src/main/store/open/database.ts";
import { nativeBinding } from "../store/recorded-values.ts";
import type { TestSlurm } from "./test-slurm.ts";

const PROGRAM = resolve("out/main/lab.js");
/** Only a failure takes as long, or a machine with ten times as much to do. */
const WAIT_MS = 300_000;

export interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Node for compute nodes: this machine's if it is new enough, else this runtime under its name, which has the same
 * Node-API as the module of SQLite that the set-up has built for it.
 */
export function writeNode(folder: string, runtime = process.execPath): string {
  const own = spawnSync("node", ["--version"], { encoding: "utf8" });
  if (own.status === 0 && isNewEnough(own.stdout)) return "node";
  const path = join(folder, "node");
  const binding = process.env["BACKPROP_LAB_NATIVE_BINDING"];
  const lines = [
    "#!/bin/sh",
    '[ "$1" = --version ] && { echo v22.14.0; exit; }',
    "export ELECTRON_RUN_AS_NODE=1",
    ...(binding === undefined ? [] : [`export BACKPROP_LAB_NATIVE_BINDING='${binding}'`]),
    `exec '${runtime}' "$@"`,
  ];
  writeFileSync(path, `${lines.join("\n")}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** The command line with this Slurm on its path. */
export const labWith =
  (slurm: Pick<TestSlurm, "environment">, cwd: string) =>
  (...args: readonly string[]): Answer =>
    spawnSync(process.execPath, [PROGRAM, ...args], {
      encoding: "utf8",
      timeout: 300_000,
      env: slurm.environment,
      cwd,
      maxBuffer: 1 << 26,
    });

export type Lab = ReturnType<typeof labWith>;

/** What a command has answered as JSON. @throws {Error} With its own words, if it failed. */
export function answered({ status, stdout, stderr }: Answer): unknown {
  if (status !== 0) throw new Error(`lab ended with ${status}: ${stderr}${stdout}`);
  return JSON.parse(stdout);
}

export const statusOf = (lab: Lab, dir: string, ...options: readonly string[]): ClusterSweepStatus => {
  const { stdout, stderr } = lab("sweep", "--status", dir, "--json", ...options);
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as ClusterSweepStatus;
};

/** Waits until something is so. */
export async function until<T>(
  what: string,
  find: () => T | undefined | null | false,
  ms = WAIT_MS,
): Promise<T> {
  const deadline = Date.now() + ms;
  while (Date.now() < deadline) {
    const found = find();
    if (found !== undefined && found !== null && found !== false) return found;
    await wait(200);
  }
  throw new Error(`${what}: not within ${ms / 1000} s`);
}

/** Every metric value of every run, by run, metric and step: what two databases are compared by. */
export function metricValues(path: string): ReadonlyMap<string, number | null> {
  const db = connect(path, { nativeBinding, readOnly: true });
  try {
    const rows = db
      .prepare<{ run: string; name: string; step: number; value: number | null }>(
        `SELECT run_id AS run, series.name AS name, step, value FROM point JOIN series ON series.id = series_id
         JOIN run ON run.id = run_id WHERE run.status = 'finished'`,
      )
      .all();
    return new Map(rows.map(({ run, name, step, value }) => [`${run} ${name} ${step}`, value]));
  } finally {
    db.close();
  }
}
