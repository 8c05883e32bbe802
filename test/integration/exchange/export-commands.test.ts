import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TrainSpec } from "../../../src/shared/specs/train-spec.ts";
import { labHere, type Ended } from "../lab/lab-here.ts";
import { makeTuned } from "../lab/open-test-lab.ts";

const SPEC = {
  layers: [{ type: "linear", in: 2, out: 8 }, { type: "relu" }, { type: "linear", in: 8, out: 2 }],
  loss: "crossEntropy",
  data: { name: "toy-moons-400-10-1", split: "train", rows: 200 },
  seed: 1,
  optimizer: { name: "adam", lr: 0.01 },
  batchSize: 20,
  steps: 30,
  validRows: 40,
};
let folder: string;
let runId = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "backprop-lab-export-cli-"));
  writeFileSync(join(folder, "spec.json"), JSON.stringify(SPEC));
  await makeTuned(join(folder, "lab.sqlite"));
  const { status, stderr } = await lab("train", join(folder, "spec.json"));
  expect(stderr).not.toMatch(/lab: /);
  expect(status).toBe(0);
  [runId = ""] = (JSON.parse((await lab("runs", "--json")).stdout) as { id: string }[]).map(({ id }) => id);
  expect(runId).not.toBe("");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lab = (...args: readonly string[]): Promise<Ended> =>
  labHere(...args, "--database", join(folder, "lab.sqlite"));
const out = (name: string): string => join(folder, name);

describe("lab export", { timeout: 400_000 }, () => {
  it("pytorch says a command that a shell can run, also of a folder with blanks", async () => {
    const { stderr } = await lab("export", "pytorch", runId, "--out", out("my torch"), "--no-data");
    expect(stderr.trim()).toMatch(/Run it: python3 '.*my torch\/train\.py'$/);
  });

  it("pytorch writes a run's folder or a spec's, and replaces neither unasked", async () => {
    const answer = await lab("export", "pytorch", runId, "--out", out("torch"));
    expect(answer.status).toBe(0);
    expect(answer.stderr).toMatch(/\d+ files: .*torch\nRun it: python3 .*train\.py/);
    expect(readdirSync(out("torch"))).toEqual(
      expect.arrayContaining([
        "README.md",
        "data.safetensors",
        "model.py",
        "train.py",
        "weights.safetensors",
      ]),
    );
    expect(readFileSync(join(out("torch"), "model.py"), "utf8")).toContain("nn.Linear(2, 8)");
    const again = await lab("export", "pytorch", runId, "--out", out("torch"));
    expect([again.status, again.stderr]).toEqual([1, expect.stringMatching(/holds files already.*--force/)]);
    expect((await lab("export", "pytorch", runId, "--out", out("torch"), "--force")).status).toBe(0);
    expect(
      (await lab("export", "pytorch", out("spec.json"), "--out", out("drawn"), "--no-data")).status,
    ).toBe(0);
    expect(existsSync(join(out("drawn"), "data.safetensors"))).toBe(false);
    const nothing = await lab("export", "pytorch", "--out", out("x"));
    expect([nothing.status, nothing.stderr]).toEqual([
      2,
      expect.stringMatching(/say of what: a run .*or a training spec/),
    ]);
  });

  it("pytorch writes a notebook with lab_notebook.py beside it, in whose place another file stays unasked", async () => {
    mkdirSync(out("python"));
    const helper = out("python/lab_notebook.py");
    const own = readFileSync(resolve("resources/python/lab_notebook.py"), "utf8");
    writeFileSync(
      out("n.lab.ts"),
      "// lab notebook 1 · title: N · seed: 1 · threads: 1 · rows: 9\n// %% code id=c\n1;\n",
    );
    const write = (name: string, ...more: readonly string[]): Promise<Ended> =>
      lab("export", "pytorch", out("n.lab.ts"), "--out", out(`python/${name}`), ...more);
    writeFileSync(helper, "a person's own");
    const refused = await write("n.py");
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringMatching(/another file.*--force/)]);
    expect(readdirSync(out("python"))).toEqual(["lab_notebook.py"]);
    expect(readFileSync(helper, "utf8")).toBe("a person's own");
    expect((await write("n.py", "--force")).status).toBe(0);
    expect(readFileSync(helper, "utf8")).toBe(own);
    expect((await write("another.py")).status).toBe(0);
    const itself = await write("lab_notebook.py", "--force");
    expect([itself.status, itself.stderr]).toEqual([1, expect.stringContaining("Choose another name")]);
    expect(readFileSync(helper, "utf8")).toBe(own);
  });

  it("onnx writes a network that lab import takes as one for the data that fits it", async () => {
    const onnx = out("net.onnx");
    expect((await lab("export", "onnx", runId, "--out", onnx, "--normalise", "--softmax")).status).toBe(0);
    const lost = await lab("import", onnx, "--out", out("in"));
    expect([lost.status, lost.stderr]).toEqual([
      1,
      expect.stringMatching(/no data set fits a network of 2 features and 2 outputs.*lab data import/),
    ]);
    const misfit = await lab("import", onnx, "--out", out("in"), "--data", "mnist");
    expect(misfit.stderr).toMatch(/does not fit MNIST: layer 1 takes 2 values where 784 come in/);
    const taken = await lab("import", onnx, "--out", out("in"), "--data", SPEC.data.name);
    expect(taken.status).toBe(0);
    const spec = JSON.parse(readFileSync(join(out("in"), "network.json"), "utf8")) as TrainSpec;
    expect(spec).toMatchObject({ loss: "crossEntropy", data: { name: SPEC.data.name } });
    const trained = await lab("train", join(out("in"), "network.json"));
    expect(trained.status).toBe(0);
    expect((await lab("export", "onnx", runId, "--out", "-")).stderr).toMatch(
      /standard output cannot take it/,
    );
  });

  it("tensorboard writes event files that lab import takes as runs measured elsewhere", async () => {
    const events = out("events");
    const answer = await lab("export", "tensorboard", "--runs", `id:${runId}`, "--out", events);
    expect([answer.status, answer.stderr]).toEqual([0, expect.stringMatching(/^1 run: .*events$/m)]);
    const imported = await lab("import", events, "--json");
    expect(imported.status).toBe(0);
    const { added, points } = JSON.parse(imported.stdout) as { added: string[]; points: number };
    expect(added).toHaveLength(1);
    expect(points).toBeGreaterThan(SPEC.steps);
    expect((await lab("export", "tensorboard", "--runs", `id:${runId}`, "--out", events)).stderr).toMatch(
      /holds files already/,
    );
    expect((await lab("export", "tensorboard", "--runs", `id:${runId}`, "--out", "-")).stderr).toMatch(
      /a folder of files/,
    );
  });
});
