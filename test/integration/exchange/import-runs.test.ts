import { appendFileSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Interruption } from "../../../src/main/cli/interruption.ts";
import { runImportCommand } from "../../../src/main/cli/import-command.ts";
import { networkOf } from "../../../src/shared/specs/network-spec.ts";
import { RunFollower } from "../../../src/main/lab/exchange/follow-runs.ts";
import { readWeightsFile } from "../../../src/main/exchange/weights/read-weights-file.ts";
import type { Lab } from "../../../src/main/lab/lab.ts";
import { labOptions, openTunedLab, notebookSpec, openTestLab, type TestLab } from "../lab/open-test-lab.ts";
import { PYTHON, runPython } from "./run-python.ts";

let test: TestLab;
let trained = "";
beforeAll(async () => {
  test = await openTestLab(1);
  const spec = { ...notebookSpec({ lr: 0.01 }), statisticsEvery: 10 };
  trained = (await test.lab.training.start({ spec, threads: 1 }).done).id;
});
afterAll(async () => {
  await test.close();
});
const file = (name: string, text: string): string => {
  writeFileSync(join(test.folder, name), text);
  return join(test.folder, name);
};
const importRuns = (path: string) => test.lab.exchange.importRuns({ path });
const lossesOf = (runId: string, name = "loss") =>
  test.lab.runs.metrics(runId).flatMap((point) => (point.name === name ? [[point.step, point.value]] : []));

describe("runs that were measured elsewhere", () => {
  it("importing again adds only what is new, and says where the file differs", async () => {
    const path = file("a.csv", "step,loss\n1,0.5\n2,0.25\n");
    const first = await importRuns(path);
    expect(first).toMatchObject({ points: 2, extended: [], unchanged: [], notes: [] });
    const [runId = ""] = first.added;
    expect(await importRuns(path)).toMatchObject({ points: 0, added: [], unchanged: [runId] });
    appendFileSync(path, "3,0.125\n");
    expect(await importRuns(path)).toMatchObject({ points: 1, extended: [runId] });
    expect(lossesOf(runId)).toEqual([
      [1, 0.5],
      [2, 0.25],
      [3, 0.125],
    ]);
    writeFileSync(path, "step,loss\n1,9\n");
    const differing = await importRuns(path);
    expect(differing.points).toBe(0);
    expect(differing.notes.join()).toMatch(/loss differs at step 1/);
  });

  it("a cancelled import keeps what was read by then, and says so", async () => {
    const folder = join(test.folder, "cut");
    mkdirSync(folder);
    for (const name of ["one", "two", "three"]) {
      writeFileSync(join(folder, `${name}.jsonl`), `{"run":"cut-${name}"}\n{"step":1,"loss":0.5}\n`);
    }
    const stop = test.lab.subscribe(({ name }) => {
      if (name === "runChanged") test.lab.activity.cancel();
    });
    const cut = await importRuns(folder).finally(stop);
    expect(cut).toMatchObject({ cancelled: true, points: 1, added: [expect.any(String)] });
    const rest = await importRuns(folder);
    expect(rest).toMatchObject({ cancelled: false, points: 2, unchanged: cut.added });
  });

  it("are found, marked as measured elsewhere, compared, charted and exported like others, and come back in a bundle", async () => {
    const path = file(
      "b.jsonl",
      '{"run":"r-b","name":"b run","started":1700000000,"config":{"lr":0.5}}\n{"step":1,"time":1700000001,"loss":2}\n{"step":2,"time":1700000002,"loss":"NaN"}\n',
    );
    const { added } = await importRuns(path);
    const [runId = ""] = added;
    const { run, machine } = test.lab.runs.get({ runId });
    expect(run).toMatchObject({
      kind: "imported",
      name: "b run",
      status: "finished",
      startedAt: "2023-11-14T22:13:20.000Z",
    });
    expect(run.config).toMatchObject({ lr: 0.5, measured: "elsewhere", format: "JSON lines", source: path });
    expect(machine.hostname).toBe("measured elsewhere");
    expect(await test.lab.runs.find("kind:imported lr>0.4", "active")).toEqual([runId]);
    const [curve] = await test.lab.runs.curves({
      runIds: [runId],
      metrics: ["loss"],
      columns: 10,
      steps: null,
      smoothings: [],
      at: [],
    });
    expect([...curve.values]).toEqual([2, NaN]);
    expect(test.lab.runs.metrics(runId).map(({ wallMs }) => wallMs)).toEqual([1_000, 2_000]);
    const comparison = await test.lab.runs.compare({ runIds: [trained, runId] });
    expect(comparison.runs).toHaveLength(2);
    expect(comparison.cautions).toEqual([
      expect.stringMatching(/^Measured elsewhere: b run\. Nothing is known of that machine/),
    ]);
    const bundle = join(test.folder, "bundle.json");
    await test.lab.runs.export({ what: "bundle", runIds: [runId], path: bundle });
    const other = await openTestLab(1);
    try {
      expect((await other.lab.runs.import(bundle)).added).toEqual([runId]);
      expect(other.lab.exchange.report({ runId })).toMatchObject({ format: "JSON lines" });
    } finally {
      await other.close();
    }
  });

  it("follows a file while it grows, until it is told to stop", async () => {
    const path = file("live.jsonl", '{"run":"r-live","name":"live"}\n');
    const { source } = await test.lab.exchange.follow({ path });
    for (let step = 1; step <= 3; step++) {
      appendFileSync(path, `{"step":${step},"loss":${1 / step}}\n`);
      await expect
        .poll(() => test.lab.exchange.followed()[0]?.runIds.flatMap((id) => lossesOf(id)).length)
        .toBe(step);
    }
    appendFileSync(path, '{"step":4,"lo');
    const [runId = ""] = test.lab.exchange.followed()[0]?.runIds ?? [];
    expect(lossesOf(runId)).toHaveLength(3);
    test.lab.exchange.unfollow({ source });
    expect(test.lab.exchange.followed()).toEqual([]);
    appendFileSync(path, 'ss":0}\n');
    expect(await importRuns(path)).toMatchObject({ points: 1, extended: [runId] });
  });

  it("is asked twice at once to follow a file, and follows it once", async () => {
    const path = file("twice.jsonl", '{"run":"r-twice","name":"twice"}\n{"step":0,"loss":1}\n');
    const begun = vi.spyOn(RunFollower.prototype, "done", "get");
    const [one, other] = await Promise.all([
      test.lab.exchange.follow({ path }),
      test.lab.exchange.follow({ path }),
    ]);
    expect(begun).toHaveBeenCalledTimes(1);
    begun.mockRestore();
    expect(other.source).toBe(one.source);
    test.lab.exchange.unfollow(one);
    expect(test.lab.exchange.followed()).toEqual([]);
  });

  it("reads on also while lines come without a pause", async () => {
    const path = file("restless.jsonl", '{"run":"r-restless","name":"restless"}\n{"step":0,"loss":1}\n');
    const { source } = await test.lab.exchange.follow({ path });
    let step = 0;
    const writing = setInterval(() => appendFileSync(path, `{"step":${++step},"loss":1}\n`), 20);
    try {
      const read = (): number =>
        test.lab.exchange.followed().flatMap(({ runIds }) => runIds.flatMap((id) => lossesOf(id))).length;
      await expect.poll(read).toBeGreaterThan(20);
    } finally {
      clearInterval(writing);
      test.lab.exchange.unfollow({ source });
    }
  });

  it("goes on following after a restart what was not stopped, and says what is gone", async () => {
    const other = await openTestLab(1);
    let again: Lab | null = null;
    try {
      const paths = ["kept", "stopped", "gone"].map((name) =>
        file(`${name}.jsonl`, `{"run":"r-${name}","name":"${name}"}\n{"step":0,"loss":1}\n`),
      );
      const [kept = "", stopped = "", gone = ""] = paths;
      for (const path of paths) await other.lab.exchange.follow({ path }, { remember: true });
      const runIdOf = (lab: Lab) =>
        lab.exchange.followed().find(({ source }) => source.endsWith("kept.jsonl"))?.runIds[0];
      await expect.poll(() => runIdOf(other.lab)).toBeDefined();
      const runId = runIdOf(other.lab) ?? "";
      await expect.poll(() => other.lab.runs.metrics(runId).length).toBe(1);
      other.lab.exchange.unfollow({
        source:
          other.lab.exchange.followed().find(({ source }) => source.endsWith("stopped.jsonl"))?.source ??
          stopped,
      });
      const remembered = (): string[] =>
        (
          JSON.parse(readFileSync(join(other.folder, "lab-followed.json"), "utf8")) as { source: string }[]
        ).map(({ source }) => basename(source));
      await expect.poll(remembered).toEqual(["kept.jsonl", "gone.jsonl"]);
      await other.lab.close();
      rmSync(gone);
      appendFileSync(kept, '{"step":1,"loss":0.5}\n');
      again = await openTunedLab(labOptions(other.folder, 1));
      const said: string[] = [];
      again.subscribe((event) => {
        if (event.name === "failure") said.push(event.payload.title);
      });
      await again.exchange.resumeFollowing();
      expect(again.exchange.followed().map(({ source }) => basename(source))).toEqual(["kept.jsonl"]);
      expect(said).toEqual([expect.stringMatching(/gone\.jsonl is followed no more/)]);
      appendFileSync(kept, '{"step":2,"loss":0.25}\n');
      const lab = again;
      await expect
        .poll(() => lab.runs.metrics(runId).map(({ step, value }) => [step, value]))
        .toEqual([
          [0, 1],
          [1, 0.5],
          [2, 0.25],
        ]);
      await expect.poll(remembered).toEqual(["kept.jsonl"]);
    } finally {
      await again?.close();
      await other.close().catch(() => undefined);
    }
  });

  it("a folder with damaged files gives the runs that are whole, and says what is missing", async () => {
    const folder = join(test.folder, "mixed");
    mkdirSync(join(folder, "tb"), { recursive: true });
    writeFileSync(join(folder, "good.jsonl"), '{"step":1,"loss":1}\n');
    writeFileSync(join(folder, "bad.csv"), "a,b\n1,2\n");
    writeFileSync(join(folder, "tb", "events.out.tfevents.1.x"), "no events at all, really none");
    const { added, notes } = await importRuns(folder);
    expect(added).toHaveLength(1);
    expect(notes.join("\n")).toMatch(/bad.csv.*a column of steps/);
    expect(notes.join("\n")).toMatch(/expected an event file of TensorBoard/);
    await expect(importRuns(join(folder, "tb"))).rejects.toThrow(/event file/);
  });
});

describe("runs for other tools", () => {
  it("TensorBoard's files hold every point, setting and text, and come back as the same numbers", async () => {
    const folder = join(test.folder, "tensorboard");
    expect(await test.lab.runs.export({ what: "tensorboard", runIds: [trained], path: folder })).toBe(1);
    const { added, notes } = await importRuns(folder);
    expect(notes).toEqual([]);
    const [runId = ""] = added;
    const float32 = (points: readonly (readonly number[])[]) =>
      points.map(([step = 0, value = 0]) => [step, Math.fround(value)]);
    expect(lossesOf(runId)).toEqual(float32(lossesOf(trained)));
    expect(test.lab.runs.get({ runId }).run.config).toMatchObject({
      optimizer: "sgd",
      lr: 0.01,
      batchSize: 10,
    });
    const { texts, histograms } = test.lab.exchange.report({ runId });
    expect(texts[0]).toMatchObject({ name: "spec", step: 0 });
    expect(histograms.length).toBeGreaterThan(0);
  });

  it("Parquet holds every point as a row", async () => {
    const path = join(test.folder, "metrics.parquet");
    const rows = await test.lab.runs.export({ what: "parquet", runIds: [trained], path });
    const bytes = readFileSync(path);
    const read = await parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
    });
    expect(read).toHaveLength(rows);
    const losses = read
      .filter(({ metric }) => metric === "loss")
      .map(({ step, value }): unknown[] => [Number(step), value]);
    expect(losses).toEqual(lossesOf(trained));
    expect(read[0]).toMatchObject({
      run_id: trained,
      run_name: test.lab.runs.get({ runId: trained }).run.name,
    });
  });
});

describe("the command line", () => {
  const command = (path: string, options: Parameters<typeof runImportCommand>[2] = {}) =>
    runImportCommand(test.lab, [path], options, new Interruption());

  it("takes a network of ONNX apart into a spec and its weights, and weights of others for a spec", async () => {
    const onnx = join(test.folder, "net.onnx");
    await test.lab.exchange.exportOnnx(
      { runId: trained },
      { path: onnx, overwrite: false },
      { normalise: true, softmax: false },
    );
    const out = join(test.folder, "from onnx");
    await command(onnx, { out });
    const spec = JSON.parse(readFileSync(join(out, "network.json"), "utf8")) as Parameters<
      typeof networkOf
    >[0];
    expect(spec.layers).toEqual(notebookSpec({}).layers);
    const torch = join(test.folder, "torch out");
    await test.lab.exchange.exportPyTorch(
      { runId: trained },
      { path: torch, overwrite: false },
      { withData: false },
    );
    const weights = join(test.folder, "lab.safetensors");
    await command(join(torch, "weights.safetensors"), { spec: join(out, "network.json"), out: weights });
    const read = async (path: string) => (await readWeightsFile(path, networkOf(spec))).parameters;
    expect(await read(weights)).toEqual(await read(join(out, "weights.safetensors")));
  });

  it("says what is missing where weights come without a network", async () => {
    await expect(command("w.safetensors")).rejects.toThrow(/--spec/);
    await expect(command(join(test.folder, "nothing.csv"))).rejects.toThrow(/cannot be read/);
  });
});

describe("files that are dropped", () => {
  it("never lead out of what was dropped", async () => {
    const files = [{ path: "../../evil.csv", bytes: Buffer.from("step,loss\n1,1\n") }];
    await expect(test.lab.exchange.drop({ files })).rejects.toThrow(/leads out/);
  });

  it("become runs, also of a bundle, a network, weights that are asked about, or data", async () => {
    const runs = await test.lab.exchange.drop({
      files: [{ path: "dropped.csv", bytes: Buffer.from("step,loss\n1,1\n") }],
    });
    expect(runs).toMatchObject({ kind: "runs", points: 1 });
    const again = await test.lab.exchange.drop({
      files: [{ path: "dropped.csv", bytes: Buffer.from("step,loss\n1,1\n2,3\n") }],
    });
    expect(again).toMatchObject({ kind: "runs", points: 1, added: [] });
    const onnx = readFileSync(join(test.folder, "net.onnx"));
    expect(await test.lab.exchange.drop({ files: [{ path: "net.onnx", bytes: onnx }] })).toMatchObject({
      kind: "network",
    });
    expect(await test.lab.exchange.drop({ files: [{ path: "w.npz", bytes: onnx }] })).toEqual({
      kind: "weights",
    });
    const bundle = join(test.folder, "dropped.backprop.json");
    await test.lab.runs.export({
      what: "bundle",
      runIds: runs.kind === "runs" ? [...runs.added] : [],
      path: bundle,
    });
    expect(
      await test.lab.exchange.drop({
        files: [{ path: "dropped.backprop.json", bytes: readFileSync(bundle) }],
      }),
    ).toMatchObject({ kind: "bundle", added: [], skipped: runs.kind === "runs" ? runs.added : [] });
    expect(
      await test.lab.exchange.drop({
        files: [{ path: "table.csv", bytes: Buffer.from("height,weight\n1,2\n") }],
      }),
    ).toEqual({ kind: "data" });
    await expect(
      test.lab.exchange.drop({ files: [{ path: "notes.md", bytes: Buffer.from("none") }] }),
    ).rejects.toThrow(/notes\.md is no file of runs/);
    const npy = ["run/w1.npy", "run/b1.npy"].map((path) => ({ path, bytes: onnx }));
    expect(await test.lab.exchange.drop({ files: npy })).toEqual({ kind: "weights" });
  });

  it("are weights where they are the .npy files that a training saves, matched by their names", async () => {
    const spec = notebookSpec({});
    const folder = join(test.folder, "as npy");
    mkdirSync(folder);
    const saved = { runId: trained, weights: "final" } as const;
    await test.lab.learned.saveWeights(saved, { format: "npy", path: folder });
    const whole = join(test.folder, "as one.safetensors");
    await test.lab.learned.saveWeights(saved, { format: "safetensors", path: whole });
    const files = ["b2", "w1", "w2", "b1"].map((name) => ({
      name: `${name}.npy`,
      bytes: readFileSync(join(folder, `${name}.npy`)),
    }));
    const match = (chosen: typeof files) => test.lab.exchange.matchWeights({ spec, files: chosen });
    const read = await match(files);
    expect(read).toMatchObject({ kind: "read", understood: "4 .npy files, one a parameter" });
    const one = await match([{ name: "as one.safetensors", bytes: readFileSync(whole) }]);
    expect(one.kind === "read" && read.kind === "read" && one.bytes).toEqual(
      read.kind === "read" && read.bytes,
    );

    const prefixed = files.map(({ name, bytes }) => ({ name: `notebook_${name}`, bytes }));
    const rest = [...prefixed, { name: "x.npy", bytes: Buffer.from("other") }];
    expect(await match(rest)).toMatchObject({
      kind: "read",
      understood: "4 .npy files, one a parameter; left out: x.npy",
    });
    await expect(match(files.slice(0, 3))).rejects.toThrow(
      /^b1\.npy is not there: this network is read from w1\.npy, b1\.npy, w2\.npy, b2\.npy, one file a parameter$/,
    );
    const [b2, , w2] = files;
    await expect(match([...files.slice(1), { name: "b2.npy", bytes: w2.bytes }])).rejects.toThrow(
      /^b2\.npy, byte 0: expected float32 of shape \(1\), got float32 of shape \(50, 1\)$/,
    );
    await expect(match([b2, { name: "w.safetensors", bytes: b2.bytes }])).rejects.toThrow(
      /w\.safetensors does not go with 1 other file: choose one file/,
    );
  });
});

describe.skipIf(PYTHON === null)("backprop_lab.py (skipped where there is no Python)", () => {
  it("writes what the lab imports, and reads the lab's bundle and CSV", async () => {
    const folder = join(test.folder, "python");
    mkdirSync(folder);
    cpSync(resolve("resources/python/backprop_lab.py"), join(folder, "backprop_lab.py"));
    const program = `
import backprop_lab, math
with backprop_lab.Run("own.jsonl", name="from Python", config={"lr": 0.25, "layers": [1, 2]}) as run:
    for step in range(3):
        run.log(step, loss=1 / (step + 1), bad=math.nan, right=step > 0)
backprop_lab.log(5, loss=2)
found = backprop_lab.read_jsonl("own.jsonl")
assert [s["loss"] for s in found["steps"]] == [1, 0.5, 1 / 3], found
assert math.isnan(found["steps"][0]["bad"])
`;
    await runPython(PYTHON ?? "", ["-c", program], folder);
    const { added } = await importRuns(join(folder, "own.jsonl"));
    const [runId = ""] = added;
    expect(test.lab.runs.get({ runId }).run).toMatchObject({
      name: "from Python",
      config: { lr: 0.25, layers: "[1, 2]" },
    });
    expect(lossesOf(runId)).toEqual([
      [0, 1],
      [1, 0.5],
      [2, 1 / 3],
    ]);
    expect(lossesOf(runId, "bad")).toEqual([
      [0, NaN],
      [1, NaN],
      [2, NaN],
    ]);
    await test.lab.runs.export({ what: "bundle", runIds: [runId, trained], path: join(folder, "runs.json") });
    await test.lab.runs.export({ what: "metrics", runIds: [trained], path: join(folder, "metrics.csv") });
    const check = `
import backprop_lab, json
runs = backprop_lab.read_bundle("runs.json")
own = runs["${runId}"]
print(json.dumps([own["run"]["name"], own["run"]["config"]["lr"], own["metrics"]["loss"], len(runs["${trained}"]["metrics"]["loss"])]))
table = backprop_lab.read_csv("metrics.csv")
print(json.dumps([v for m, v in zip(table["metric"], table["value"]) if m == "loss"]))
`;
    const [bundle = "", csv = ""] = (await runPython(PYTHON ?? "", ["-c", check], folder)).trim().split("\n");
    expect(JSON.parse(bundle)).toEqual([
      "from Python",
      0.25,
      [
        [0, 1],
        [1, 0.5],
        [2, 1 / 3],
      ],
      lossesOf(trained).length,
    ]);
    expect(JSON.parse(csv)).toEqual(lossesOf(trained).map(([, value]) => value));
    renameSync(join(folder, "runs.json"), join(folder, "bad.json"));
    writeFileSync(join(folder, "bad.json"), readFileSync(join(folder, "bad.json"), "utf8").slice(0, -60));
    await expect(
      runPython(PYTHON ?? "", ["-c", "import backprop_lab; backprop_lab.read_bundle('bad.json')"], folder),
    ).rejects.toThrow();
  });
});
