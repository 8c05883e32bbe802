import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TuningReport } from "../../../src/shared/experiments/tuning.ts";
import { notebookSpec } from "./open-test-lab.ts";

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
  it("are the same for four starts at once, each with a database of its own", async () => {
    const starts = Array.from({ length: 4 }, (_, i) =>
      lab("tune", "--json", "--database", join(folder, `own-${i}.sqlite`)),
    );
    const chosen = (await Promise.all(starts)).map((text) => {
      const { kernels } = JSON.parse(text) as TuningReport;
      return kernels.find((one) => one.chosen)?.instructionSet;
    });
    expect(chosen[0]).toBeDefined();
    expect(new Set(chosen)).toEqual(new Set([chosen[0]]));
  }, 300_000);

  it("are those that --kernels names, which decide the run's id", async () => {
    const spec = join(folder, "spec.json");
    writeFileSync(spec, JSON.stringify(notebookSpec({ rows: 200, lr: 1e-4 })));
    const database = ["--database", join(folder, "pinned.sqlite"), "--threads", "1"];
    const train = async (kernels: string): Promise<string> => {
      const text = await lab("train", spec, "--json", "--kernels", kernels, ...database);
      return (JSON.parse(text.trim().split("\n").at(-1) ?? "") as { run: string }).run;
    };
    const ids = [await train("simd128"), await train("relaxed128"), await train("simd128")];
    expect(ids[1]).not.toBe(ids[0]);
    expect(ids[2]).toBe(ids[0]);
    const shown = JSON.parse(await lab("show", ids[0] ?? "", "--json", ...database.slice(0, 2))) as {
      machine: { kernel: string };
    };
    expect(shown.machine.kernel).toBe("wasm-simd128");
  }, 300_000);
});
