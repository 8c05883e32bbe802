import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { damageOf } from "../../../../../src/main/lab/cluster/collect-sweep.ts";
import { environmentForSlurm, sshFailure } from "../../../../../src/main/lab/cluster/cluster-shell.ts";
import { importedBy } from "../../../../../src/main/lab/cluster/copy-lab.ts";
import { isNewEnough } from "../../../../../src/main/lab/cluster/require-node.ts";
import { Publisher, SweepFolder } from "../../../../../src/main/lab/cluster/sweep-folder.ts";
import { withSweepLock } from "../../../../../src/main/lab/cluster/sweep-lock.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lab-sweep-"));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

describe("a sweep's folder", () => {
  it("says what it is when it is none", () => {
    expect(() => new SweepFolder(dir).order()).toThrow(/is no folder of a sweep/);
    writeFileSync(join(dir, "sweep.json"), "{");
    expect(() => new SweepFolder(dir).order()).toThrow(/cannot be read as JSON/);
  });

  it("a line that a crash has cut off is passed over, and the next one stands by itself", () => {
    const folder = new SweepFolder(dir);
    const line = (index: number) => ({
      index,
      run: `training-${index}`,
      database: "/a",
      at: "2026-11-30T08:00:00.000Z",
      unfinished: index > 2,
    });
    folder.collecting()(line(0));
    appendFileSync(folder.at("collected.jsonl"), '{"index":1,"run":"tr');
    folder.collecting()(line(2));
    folder.collecting()(line(3));
    expect(folder.collectedBy("/a")).toEqual({ done: new Set([0, 2]), states: new Set([3]) });
    // Another database has taken none of it.
    expect(folder.collectedBy("/b")).toEqual({ done: new Set(), states: new Set() });
    // Submitted once more, a training leaves another state.
    folder.addJob({ submitted: "lab-1", job: "9", at: "2026-11-30T09:00:00.000Z" });
    expect(folder.collectedBy("/a")).toEqual({ done: new Set([0, 2]), states: new Set() });
  });

  it("two attempts at once never write to the same file, and leave one that is whole", async () => {
    const folder = new SweepFolder(dir);
    mkdirSync(folder.at("done"));
    const target = folder.bundle("done", 3);
    for (const attempt of ["12.0", "12.1"]) writeFileSync(folder.at(attempt), attempt.repeat(100_000));
    await Promise.all(
      ["12.0", "12.1"].map((attempt) => new Publisher(attempt).file(folder.at(attempt), target)),
    );
    expect(readdirSync(folder.at("done"))).toEqual(["0003.bundle.gz"]);
    expect(["12.0", "12.1"].map((attempt) => attempt.repeat(100_000))).toContain(
      readFileSync(target, "utf8"),
    );
    expect(folder.indices("done")).toEqual(new Set([3]));
    await expect(new Publisher("13.0").file(folder.at("nothing"), target)).rejects.toThrow(/ENOENT/);
    expect(readdirSync(folder.at("done"))).toEqual(["0003.bundle.gz"]);
  });

  it("finds out a bundle that is cut off or changed", async () => {
    const path = join(dir, "0000.bundle.gz");
    const bytes = gzipSync(`[\n{"format":"x"},\n${"1,\n".repeat(1_000)}{"end":{"runs":1}}\n]\n`);
    writeFileSync(path, bytes);
    expect(await damageOf(path)).toBe("");
    writeFileSync(path, bytes.subarray(0, bytes.length - 20));
    expect(await damageOf(path)).not.toBe("");
    writeFileSync(path, gzipSync('[\n{"format":"x"},\n'));
    expect(await damageOf(path)).toMatch(/last line is missing/);
  });

  it("one process submits at a time; a lock that was left goes by itself", async () => {
    const lock = join(dir, "submit.lock");
    await withSweepLock(lock, async () => {
      await expect(withSweepLock(lock, () => Promise.resolve())).rejects.toThrow(/another process/);
    });
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe("the way to Slurm", () => {
  it("within a job the new one does not inherit the old one's sizes, but finds the same Slurm", () => {
    const env = { PATH: "/bin", SLURM_CONF: "/c", SLURM_CPUS_PER_TASK: "8", SBATCH_X: "1" };
    expect(environmentForSlurm(env)).toMatchObject(env);
    expect(environmentForSlurm({ ...env, SLURM_JOB_ID: "7" })).toEqual({
      PATH: "/bin",
      SLURM_CONF: "/c",
      LC_ALL: "C",
    });
  });

  it("explains an ssh that would have to ask", () => {
    expect(sshFailure("c", "c: Permission denied (publickey,password).").message).toMatch(
      /type "ssh c" in a terminal/,
    );
  });

  it("knows which Node will do", () => {
    expect(["v22.14.0", "v24.1.0", "v100.0.0"].map(isNewEnough)).toEqual([true, true, true]);
    expect(["v22.13.1", "v20.20.2", "", "node: not found"].map(isNewEnough)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it("finds what a built module imports", () => {
    const text = `import "./a.js";\nimport { b,\n  c } from "./b.js";\nexport { d } from "@s/d/e";\nconst x = await import("./late.js");\nimport f from 'node:fs';`;
    expect(importedBy(text)).toEqual(["./a.js", "./b.js", "@s/d/e", "node:fs", "./late.js"]);
  });
});
