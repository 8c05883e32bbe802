import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TuningReport } from "../../../src/shared/experiments/tuning.ts";
import { times } from "../../thorough.ts";
import { labHere } from "./lab-here.ts";
import { makeTuned, notebookSpec } from "./open-test-lab.ts";

const PROGRAM = resolve("out/main/lab.js");
const run = promisify(execFile);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "backprop-lab-kernels-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lab = async (...args: string[]): Promise<string> =>
  (await run(process.execPath, [PROGRAM, ...args], { timeout: 240_000 })).stdout;

describe("the kernels that a start chooses (issue 20, 1)", () => {
  it("are the same for several starts at once, each with a database of its own", async () => {
    const starts = Array.from({ length: times(2, 4) }, (_, i) =>
      lab("tune", "--json", "--database", join(folder, `own-${i}.sqlite`)),
    );
    const chosen = (await Promise.all(starts)).map((text) => {
      const { kernels } = JSON.parse(text) as TuningReport;
      return kernels.find((one) => one.chosen)?.instructionSet;
    });
    expect(chosen[0]).toBeDefined();
    expect(new Set(chosen)).toEqual(new Set([chosen[0]]));
  }, 300_000);

  it("have V8's flags after two starts that were killed while they compiled (issue 20, 5)", async () => {
    const own = join(folder, "killed");
    mkdirSync(own);
    const marks = join(own, "v8-flags-trial");
    // Whatever is known of the kernels, each start compiles them.
    await makeTuned(join(own, "lab.sqlite"));
    const database = ["--database", join(own, "lab.sqlite")];
    for (let kills = 0; kills < 2; kills++) {
      const left = existsSync(marks) ? readdirSync(marks) : [];
      const child = spawn(process.execPath, [PROGRAM, "tune", ...database], { stdio: "ignore" });
      const ended = once(child, "exit");
      const compiles = (): boolean =>
        existsSync(marks) && readdirSync(marks).some((name) => !left.includes(name));
      while (!compiles() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 1));
      child.kill("SIGKILL");
      await ended;
      expect(readdirSync(marks)).toHaveLength(1);
    }
    const flags = async (...args: string[]): Promise<string[]> =>
      (JSON.parse(await lab("doctor", "--json", ...args)) as { v8Flags: string[] }).v8Flags;
    const spec = join(own, "spec.json");
    writeFileSync(spec, JSON.stringify(notebookSpec({ rows: 100, lr: 1e-4 })));
    await lab("train", spec, "--threads", "1", ...database);
    expect(readdirSync(marks)).toEqual([]);
    await makeTuned(join(folder, "other.sqlite"));
    expect(await flags(...database)).toEqual(await flags("--database", join(folder, "other.sqlite")));
  }, 300_000);

  it("are those that --kernels names, which decide the run's id", async () => {
    const spec = join(folder, "spec.json");
    writeFileSync(spec, JSON.stringify(notebookSpec({ rows: 200, lr: 1e-4 })));
    const database = ["--database", join(folder, "pinned.sqlite"), "--threads", "1"];
    const train = async (kernels: string): Promise<string> => {
      const { stdout } = await labHere("train", spec, "--json", "--kernels", kernels, ...database);
      return (JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { run: string }).run;
    };
    const ids = [await train("simd128"), await train("relaxed128"), await train("simd128")];
    expect(ids[1]).not.toBe(ids[0]);
    expect(ids[2]).toBe(ids[0]);
    const { stdout } = await labHere("show", ids[0] ?? "", "--json", ...database.slice(0, 2));
    const shown = JSON.parse(stdout) as { machine: { kernel: string } };
    expect(shown.machine.kernel).toBe("wasm-simd128");
  }, 300_000);
});
