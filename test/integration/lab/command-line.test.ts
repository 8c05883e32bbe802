import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runDoctorCommand } from "../../../src/main/cli/doctor-command.ts";
import { initSettings, runInitCommand } from "../../../src/main/cli/init-command.ts";
import { runNotebookCommand } from "../../../src/main/cli/notebook-command.ts";
import { runTrainCommand } from "../../../src/main/cli/train-command.ts";
import { WASM_SETS } from "../../../src/shared/engine/instruction-sets.ts";
import type { TuningReport } from "../../../src/shared/experiments/tuning.ts";
import { TRAIN_PRESETS } from "../../../src/shared/specs/train-presets.ts";
import { trainSpecSchema } from "../../../src/shared/specs/train-spec.ts";
import { labHere, ended } from "./lab-here.ts";
import { withLessEffort } from "./less-effort.ts";
import { fewerProducts, GOLDEN_FOLDER, makeTuned, openTestLab, type TestLab } from "./open-test-lab.ts";

const PROGRAM = resolve("out/main/lab.js");

withLessEffort();

let folder: string;
let test: TestLab;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "backprop-lab-cli-"));
  test = await openTestLab(2);
  await makeTuned(join(folder, "lab.sqlite"));
});
afterAll(async () => {
  await test.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The command as a user's shell runs it: this runtime is already Electron as Node. */
function lab(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [PROGRAM, ...args], { encoding: "utf8", timeout: 120_000 });
}

const database = (): readonly string[] => ["--database", join(folder, "lab.sqlite")];
/** What the one lab of this file has saved. */
const saved = (): readonly string[] => ["--database", join(test.folder, "lab.sqlite")];

describe("lab", () => {
  it("explains itself with --help and ends with 0", async () => {
    const { status, stdout } = lab("--help");
    expect(status).toBe(0);
    expect(stdout).toMatch(/Usage: lab/);
    for (const command of ["notebook", "runs", "ladder", "doctor", "tune"]) {
      const help = await labHere(command, "--help");
      expect(help.status).toBe(0);
      expect(help.stdout).toMatch(/Usage: lab/);
    }
  });

  it("ends with 2 on wrong usage, as a process", () => {
    const { status, stderr } = lab("no-such-command");
    expect(stderr).toMatch(/unknown command/);
    expect(status).toBe(2);
  });

  it.each([
    [["notebook", "--rows", "many"], /whole number/],
    [["notebook", "--rows", "60000", "--database", join(tmpdir(), "never-written.sqlite")], /at most 50,000/],
    [["notebook", "--save-gradients", "folder"], /writes no files/],
    [["notebook", "--no-such-option"], /unknown option/],
    [["ladder", "--preset", "steep"], /Allowed choices are notebook, lesson, layer, square/],
    [["ladder", "--budget", "none"], /number of seconds/],
    [["ladder", "--m", "1000"], /needs all of --m, --k and --n/],
    [["ladder", "--preset", "lesson", "--m", "5", "--k", "5", "--n", "5"], /--preset names a shape already/],
    [["train"], /either a spec or --resume/],
    [["train", "spec.json", "--resume", "training-1"], /either a spec or --resume/],
    [["sweep"], /give one of a sweep's file, --status DIR/],
    [["sweep", "sweep.json", "--collect", "folder"], /give one of a sweep's file, --status DIR/],
    [["convert", "a.ipynb", "b.ipynb"], /both names end alike/],
    [["compare", "one-run"], /two runs are the fewest/],
    [["export", "everything", "--out", "-"], /Allowed choices are timings/],
    [["test", "a-run", "--weights", "kept-last"], /weights are final, latest, best or kept-STEP/],
    [[], /Usage/],
  ])("ends with 2 on wrong usage: %j", async (args, message) => {
    const { status, stdout, stderr } = await labHere(...args);
    expect(stderr + stdout).toMatch(message);
    expect(status).toBe(2);
  });

  it.each(["notebook", "ladder", "init", "gradcheck", "train spec.json", "sweep sweep.json"])(
    "D36: lab %s --threads 1000 is refused in words, before anything is opened",
    async (command) => {
      const path = join(folder, "never-written.sqlite");
      const { status, stderr } = await labHere(
        ...command.split(" "),
        "--threads",
        "1000",
        "--database",
        path,
      );
      expect(status).toBe(2);
      expect(stderr).toMatch(/expected at most 64 threads; \d+ cores can be used here/);
      expect(existsSync(path)).toBe(false);
    },
  );

  it("init --gain scales what is drawn: the first layer's outputs are twice as wide at 2", async () => {
    const options = { rows: 300, threads: 2, save: true, json: true } as const;
    const stdOf = async (gain: { readonly gain?: number }): Promise<number> => {
      const settings = await initSettings(undefined, { ...options, ...gain });
      const { status, stdout } = await ended(() => runInitCommand(test.lab, settings, options));
      expect(status).toBe(0);
      const { sides } = JSON.parse(stdout) as { sides: { layers: { activation: { std: number } }[] }[] };
      return sides[0].layers[0].activation.std;
    };
    expect((await stdOf({ gain: 2 })) / (await stdOf({}))).toBeCloseTo(2, 5);
  });

  it("init --save says why it failed, and ends with 1", async () => {
    const options = { rows: 300, threads: 2, save: true } as const;
    const settings = await initSettings(undefined, options);
    const started = test.lab.init.save(settings);
    const failed = { ...(await started.done), status: "failed", failure: "a worker has died" } as const;
    vi.spyOn(test.lab.init, "save").mockReturnValueOnce({ ...started, done: Promise.resolve(failed) });
    expect(await ended(() => runInitCommand(test.lab, settings, options))).toEqual({
      status: 1,
      stdout: "",
      stderr: "The initialisation failed: a worker has died\n",
    });
  });

  it.each([
    [["init", "--gain", "-1"], 2, /gain/],
    [["ladder", "--m", "1", "--k", "1", "--n", "99999999"], 2, /\bn\b/],
    [["gradcheck", "no-such.json"], 1, /no-such\.json cannot be read as JSON/],
    [["train", "no-such.json"], 1, /no-such\.json cannot be read as JSON/],
    [["sweep", "no-such.json"], 1, /no-such\.json cannot be read as JSON/],
    [["bench", "no-such.json"], 1, /no-such\.json cannot be read as JSON/],
  ])("%j is refused before anything is opened", async (args, exitCode, message) => {
    const path = join(folder, "never-written.sqlite");
    const { status, stderr } = await labHere(...args, "--database", path);
    expect(stderr).toMatch(message);
    expect(status).toBe(exitCode);
    expect(existsSync(path)).toBe(false);
  });

  it("tune times the kernels and saves the result; doctor shows it, runtime, SQLite, threads and database", async () => {
    const tuned = lab("tune", "--json", ...database());
    expect(tuned.status).toBe(0);
    const { kernels, peakGflops, measuredAt } = JSON.parse(tuned.stdout) as TuningReport;
    expect(kernels.map(({ instructionSet }) => instructionSet)).toEqual(WASM_SETS);
    expect(kernels.filter(({ chosen }) => chosen).length).toBe(1);
    expect(peakGflops).toBeGreaterThan(0);
    const { status, stdout } = lab("doctor", "--json", ...database());
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      sqlite: expect.stringMatching(/^3\./) as string,
      machine: { kernel: expect.stringMatching(/wasm/) as string },
      // It looks and changes nothing, so it opens nothing for writing.
      database: { integrity: "ok", readOnly: true, damage: [] },
      pool: { healthy: true },
      tuning: { measuredAt, source: "saved" },
    });
    // The same table is what tune prints.
    const { stdout: table } = await ended(() => runDoctorCommand(test.lab, {}));
    expect(table).toMatch(/kernels +verified +GFLOP\/s +of peak +chosen/);
    expect(table).toMatch(/multiply-add peak of one thread: \d/);
    expect(table).toMatch(/taken from the database/);
    expect(table).toMatch(/^memory +\d[\d.,]+ GB$/m);
  });

  it("says what a training came to in the words and digits of the window", async () => {
    const { spec: small } = TRAIN_PRESETS.small;
    const spec = { ...small, data: { name: "mnist", split: "train", rows: 60 }, validRows: 20, epochs: 1 };
    const wanted = { spec: v.parse(trainSpecSchema, spec), json: spec, given: null };
    const { stdout } = await ended(() => runTrainCommand(test.lab, wanted, { threads: 1 }));
    expect(stdout).toMatch(/^run: training-\w+\nstatus: finished\nsteps: \d+\n/);
    expect(stdout).toMatch(/^validation loss at the end: \d\.\d{3}$/m);
    expect(stdout).toMatch(/^steps per second: /m);
  });

  it("runs the notebook with given weights, saves it, lists it and shows it", async () => {
    const open = test.lab.documents.open.bind(test.lab.documents);
    vi.spyOn(test.lab.documents, "open").mockImplementationOnce(async (request) => {
      const opened = await open(request);
      return { ...opened, text: fewerProducts(opened.text).replace("CHECK_ROWS = 256", "CHECK_ROWS = 32") };
    });
    const { status, stdout, stderr } = await ended(() =>
      runNotebookCommand(test.lab, {
        seed: 42,
        weights: GOLDEN_FOLDER,
        rows: 1_500,
        threads: 2,
        samples: 3,
        coordinates: 2,
        json: true,
      }),
    );
    // Not a terminal: no progress on stderr.
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const result = JSON.parse(stdout) as {
      run: string;
      loss: number;
      stages: { name: string; forwardMs: { samples: number[] }; backwardMs: { samples: number[] } }[];
      gradientChecks: { stage: string; passed: boolean }[];
      cells: { cell: string; verdict: string; measured: Record<string, unknown> }[];
    };
    expect(result.loss).toBeGreaterThan(30);
    expect(result.stages.map(({ name }) => name)).toEqual(["layer classes", "Module", "autograd"]);
    for (const { forwardMs, backwardMs } of result.stages) {
      expect([forwardMs.samples.length, backwardMs.samples.length]).toEqual([3, 3]);
    }
    expect(new Set(result.gradientChecks.map(({ stage }) => stage)).size).toBe(4);
    expect(result.gradientChecks.every(({ passed }) => passed)).toBe(true);
    // The mean that PyTorch's first layer has with these weights.
    const mean = result.cells.find(({ cell }) => cell === "c16")?.measured["mean"];
    expect(mean).toBeCloseTo(0.6624, 3);
    const runs = JSON.parse(lab("runs", "--json", ...saved()).stdout) as { id: string; status: string }[];
    expect(runs).toContainEqual(expect.objectContaining({ id: result.run, status: "finished" }));
    expect((await labHere("show", result.run, ...saved())).stdout).toContain("Backpropagation from scratch");
  });

  it("climbs the ladder at a shape of one's own, writes its CSVs, and compares it with itself", async () => {
    const csv = join(folder, "samples.csv");
    const summaryCsv = join(folder, "summary.csv");
    // The budget is far more than any rung needs: on a busy machine too none is cut short.
    const given = "--k 30 --n 9 --threads 2 --seed 1 --budget 60 --no-pytorch --json".split(" ");
    const files = ["--csv", csv, "--summary-csv", summaryCsv];
    const climb = (m: number) => labHere("ladder", "--m", String(m), ...given, ...files, ...database());
    const refused = await climb(2_000_000);
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringMatching(/at most 1,000,000/)]);
    const { status, stdout, stderr } = await climb(7);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const result = JSON.parse(stdout) as {
      run: string;
      machine: { cpuModel: string };
      preset: string;
      rungs: Record<string, unknown>[];
    };
    expect(result).toMatchObject({ preset: "custom", machine: { cpuCores: expect.any(Number) as number } });
    expect(result.rungs.map(({ rung }) => rung)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 8]);
    const number = expect.any(Number) as number;
    for (const rung of result.rungs.slice(0, 9)) {
      expect(rung).toMatchObject({
        verified: true,
        maxDiff: number,
        coldMs: number,
        medianMs: number,
        iqrMs: number,
        minMs: number,
        gflops: number,
        speedup: { overFirst: number, ci: [number, number] },
        m: 7,
        k: 30,
        n: 9,
        name: expect.any(String) as string,
        note: expect.any(String) as string,
      });
      expect(rung).toHaveProperty("peakShare");
      expect((rung["samples"] as number[]).length).toBeGreaterThan(0);
    }
    expect(readFileSync(csv, "utf8")).toMatch(
      /^run_id,preset,rung,m,k,n,threads,order,sample,ms,gflops,cold,/,
    );
    expect(readFileSync(summaryCsv, "utf8").trim().split("\n")).toHaveLength(11);
    const compare = (...args: string[]) =>
      labHere("compare-ladders", result.run, result.run, ...args, ...database());
    expect(JSON.parse((await compare("--json")).stdout)).toMatchObject({
      sameMachine: true,
      sameThreads: true,
    });
    expect((await compare()).stdout).toMatch(/no difference shown/);
    const show = (...args: string[]) => labHere("show", result.run, ...args, ...database());
    const shown = JSON.parse((await show("--json")).stdout) as { ladder: typeof result };
    expect(shown.ladder.rungs).toEqual(result.rungs);
    const words = (await show()).stdout;
    expect(words).toMatch(/\nRungs\nC = A·B, .*\n.* median ± ½ IQR .* over rung 1/);
    expect(words).toMatch(/\n5 +Cache order .* × \([\d.,]+–[\d.,]+\) /);
  });

  it("says which file is missing when the weights cannot be read, and ends with 1", () => {
    const { status, stderr } = lab("notebook", "--weights", join(folder, "nowhere"), ...database());
    expect(stderr).toMatch(/notebook_w1\.npy/);
    expect(status).toBe(1);
  });
});
