import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import files from "node:fs";
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { findSources } from "../../../../src/main/exchange/runs/find-sources.ts";
import type { ForeignBatch, RunSource } from "../../../../src/main/exchange/runs/foreign-run.ts";

const root = mkdtempSync(join(tmpdir(), "backprop-lab-sources-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
function save(name: string, text: string): string {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}
async function readSource(source: RunSource | undefined, growing = false) {
  const runs = new Map<string, [string, number, number][]>();
  const heads: ForeignBatch["head"][] = [];
  if (source === undefined) throw new Error("no source");
  for await (const { head, points } of source.read({ growing })) {
    heads.push(head);
    runs.set(head.name, [
      ...(runs.get(head.name) ?? []),
      ...points.map(({ name, step, value }): [string, number, number] => [name, step, value]),
    ]);
  }
  return { runs: Object.fromEntries(runs), head: heads.at(-1), notes: source.notes() };
}
/** How often, and how, files are opened; modules that have imported the functions count too. */
function watchReading() {
  const [opened, streamed] = [vi.spyOn(fs, "open"), vi.spyOn(files, "createReadStream")];
  syncBuiltinESMExports();
  return {
    opened,
    streamed,
    end: () => {
      opened.mockRestore();
      streamed.mockRestore();
      syncBuiltinESMExports();
    },
  };
}
const read = async (name: string, text: string, step: string | null = null) =>
  readSource((await findSources(save(name, text), step))[0]);

it("reads JSON lines of backprop_lab.py: name, settings, NaN, and the lines that come later", async () => {
  const path = save(
    "a.jsonl",
    '{"run":"r1","name":"my net","started":1700000000,"config":{"lr":0.1,"opt":{"name":"sgd"}}}\n' +
      '{"step":1,"time":1700000001,"loss":0.5,"train":{"acc":0.25}}\n{"step":2,"loss":"NaN"}\n{"step":3,"lo',
  );
  const [source] = await findSources(path, null);
  const first = await readSource(source);
  expect(first.runs).toEqual({
    "my net": [
      ["loss", 1, 0.5],
      ["train/acc", 1, 0.25],
      ["loss", 2, NaN],
    ],
  });
  expect(first.head).toMatchObject({
    key: "lines r1",
    startedMs: 1_700_000_000_000,
    config: { lr: 0.1, "opt/name": "sgd" },
  });
  expect(first.notes[0]).toMatch(/last 13 bytes/);
  appendFileSync(path, 'ss":0.125}\n{"finished":1700000009}\n');
  const second = await readSource(source);
  expect(second.runs).toEqual({ "my net": [["loss", 3, 0.125]] });
  expect(second.notes).toEqual([]);
});

it("leaves out lines of JSON lines that are none, and counts them", async () => {
  const lines = [
    '{"step":0,"loss":1}',
    "garbage",
    "[1,2]",
    '{"step":1.5,"loss":2}',
    '{"loss":3}',
    '{"step":2,"loss":4}',
  ];
  const { runs, notes } = await read("b.jsonl", `${lines.join("\n")}\n`);
  expect(runs).toEqual({
    b: [
      ["loss", 0, 1],
      ["loss", 2, 4],
    ],
  });
  expect(notes).toEqual([
    "Line 2 is no JSON: left out.",
    "Line 3 is no object: left out.",
    "Line 4 is left out: its step is 1.5, no whole number from 0.",
    "Line 5 has no step: left out.",
  ]);
});

it.each([
  [
    "W&B's history",
    "wandb.csv",
    "_step,_runtime,_timestamp,loss,note\n0,0.1,1700000000,2.5,x\n1,0.2,1700000001,,y\n",
    { wandb: [["loss", 0, 2.5]] },
  ],
  [
    "W&B's chart export",
    "chart.csv",
    '"Step","brave-fox-1 - loss","brave-fox-1 - loss__MIN","brave-fox-1 - loss__MAX","calm-sea-2 - loss","calm-sea-2 - loss__MIN","calm-sea-2 - loss__MAX"\n0,1,1,1,2,2,2\n1,0.5,0.5,0.5,,,\n',
    {
      "brave-fox-1": [
        ["loss", 0, 1],
        ["loss", 1, 0.5],
      ],
      "calm-sea-2": [["loss", 0, 2]],
    },
  ],
  [
    "Trackio's",
    "trackio.csv",
    "id,timestamp,run_name,step,loss\n1,2026-11-27T04:00:00,one,0,1\n2,2026-11-27T04:00:01,two,0,3\n",
    { one: [["loss", 0, 1]], two: [["loss", 0, 3]] },
  ],
  ["TensorBoard's", "tb.csv", "Wall time,Step,Value\n1700000000.5,10,0.75\n", { tb: [["Value", 10, 0.75]] }],
  [
    "a long table",
    "long.tsv",
    "run_id\tmetric\tstep\tvalue\nr\tloss\t1\t0.5\nr\tacc\t1\tNaN\n",
    {
      r: [
        ["loss", 1, 0.5],
        ["acc", 1, NaN],
      ],
    },
  ],
  [
    "semicolons, quotes and a byte order mark",
    "semi.csv",
    '\ufeffepoch;"val; loss"\n1;0.5\n2;inf\n',
    {
      semi: [
        ["val; loss", 1, 0.5],
        ["val; loss", 2, Infinity],
      ],
    },
  ],
])("reads CSV: %s", async (_title, name, text, runs) => {
  expect((await read(name, text)).runs).toEqual(runs);
});

it("reads JSON: a list of rows, W&B's with config, Trackio's with metrics as text", async () => {
  expect((await read("h.json", '[{"_step":0,"loss":1},{"_step":1,"loss":{"train":0.5}}]')).runs).toEqual({
    h: [
      ["loss", 0, 1],
      ["loss/train", 1, 0.5],
    ],
  });
  const { head, runs } = await read(
    "w.json",
    '{"name":"w run","config":{"lr":{"value":0.1},"_wandb":{"value":{}}},"history":[{"_step":3,"a":1}]}',
  );
  expect(head).toMatchObject({ name: "w run", config: { lr: 0.1 } });
  expect(runs).toEqual({ "w run": [["a", 3, 1]] });
  expect((await read("t.json", '[{"step":0,"run_name":"q","metrics":"{\\"loss\\":2}"}]')).runs).toEqual({
    q: [["loss", 0, 2]],
  });
});

it("reads MLflow's folders, each run by its own name, and does not follow links", async () => {
  save("mlruns/0/abc/meta.yaml", "run_id: abc\nrun_name: 'nice run'\nstart_time: 1700000000000\n");
  save("mlruns/0/abc/metrics/loss", "1700000000000 0.5 1\n1700000001000 0.25 2\n");
  save("mlruns/0/abc/metrics/val/acc", "1700000000000 NaN 0\nbroken\n");
  save("mlruns/0/abc/params/lr", "0.1");
  save("secret.jsonl", '{"step":1,"secret":1}\n');
  symlinkSync(root, join(root, "mlruns", "round"));
  const sources = await findSources(join(root, "mlruns"), null);
  expect(sources).toHaveLength(1);
  const { runs, head, notes } = await readSource(sources[0]);
  expect(runs).toEqual({
    "nice run": [
      ["loss", 1, 0.5],
      ["loss", 2, 0.25],
      ["val/acc", 0, NaN],
    ],
  });
  expect(head).toMatchObject({ key: "mlflow abc", config: { lr: 0.1 }, startedMs: 1_700_000_000_000 });
  expect(notes[0]).toMatch(/^1 line left out/);
});

it("a CSV that grows is taken row by row, half a row is not", async () => {
  const path = save("grow.csv", "step,loss\n1,0.5\n2,0.2");
  const [source] = await findSources(path, null);
  expect((await readSource(source, true)).runs).toEqual({ grow: [["loss", 1, 0.5]] });
  appendFileSync(path, "5\n3,0.1\n");
  expect((await readSource(source, true)).runs).toEqual({
    grow: [
      ["loss", 2, 0.25],
      ["loss", 3, 0.1],
    ],
  });
});

it("a table that grows is read on from its last whole row: quotes, a byte order mark, rows that are none", async () => {
  const path = save("on.csv", '\ufeffstep,note,loss\r\n1,"a\r\nb",0.5\r\n2,"half');
  const [source] = await findSources(path, null);
  expect((await readSource(source, true)).runs).toEqual({ on: [["loss", 1, 0.5]] });
  appendFileSync(path, ' a\r\nrow",0.25\r\n3,x,y,z\r\n4,é,0.125\r\n');
  const { opened, streamed, end } = watchReading();
  const second = await readSource(source, true);
  expect(second.runs).toEqual({
    on: [
      ["loss", 2, 0.25],
      ["loss", 4, 0.125],
    ],
  });
  expect(second.notes).toEqual(["1 row left out; of the first, it has 4 fields where the first row has 3."]);
  const [[, from] = []] = streamed.mock.calls;
  expect(from).toMatchObject({ start: Buffer.byteLength('\ufeffstep,note,loss\r\n1,"a\r\nb",0.5\r\n') });
  expect(opened).toHaveBeenCalledTimes(1);
  // Nobody has written it since: it is not even opened.
  expect((await readSource(source, true)).runs).toEqual({});
  expect(opened).toHaveBeenCalledTimes(1);
  end();
});

it("a table that is written anew, with another column, goes on behind the rows that were taken", async () => {
  const path = save("anew.csv", "step,loss\n1,0.5\n2,0.25\n");
  const [source] = await findSources(path, null);
  await readSource(source, true);
  writeFileSync(path, "step,loss,accuracy\n1,0.5,\n2,0.25,\n3,0.125,0.75\n");
  expect((await readSource(source, true)).runs).toEqual({
    anew: [
      ["loss", 3, 0.125],
      ["accuracy", 3, 0.75],
    ],
  });
  writeFileSync(path, "step,loss,accuracy\n1,0.5,\n");
  expect((await readSource(source, true)).runs).toEqual({});
  appendFileSync(path, "2,0.25,\n3,0.125,0.75\n4,0.1,1\n");
  expect((await readSource(source, true)).runs).toEqual({
    anew: [
      ["loss", 4, 0.1],
      ["accuracy", 4, 1],
    ],
  });
});

it("MLflow's metrics that grow are read on, half a line is not, and what is as it was is left alone", async () => {
  const metric = save("growing/r/metrics/loss", "1700000000000 0.5 1\n1700000001000 0.2");
  save("growing/r/metrics/quiet", "1700000000000 1 1\n");
  save("growing/r/meta.yaml", "run_id: r\nrun_name: r\n");
  const [source] = await findSources(join(root, "growing"), null);
  expect((await readSource(source, true)).runs).toEqual({
    r: [
      ["loss", 1, 0.5],
      ["quiet", 1, 1],
    ],
  });
  appendFileSync(metric, "5 2\n");
  const { opened, end } = watchReading();
  expect((await readSource(source, true)).runs).toEqual({ r: [["loss", 2, 0.25]] });
  expect(opened.mock.calls.filter(([path]) => String(path).includes("metrics"))).toHaveLength(1);
  opened.mockClear();
  expect((await readSource(source, true)).runs).toEqual({});
  expect(opened).not.toHaveBeenCalled();
  end();
});

it("JSON that is as it was is not read again", async () => {
  const path = save("again.json", '[{"step":0,"loss":1}]');
  const [source] = await findSources(path, null);
  await readSource(source, true);
  const { opened, end } = watchReading();
  expect((await readSource(source, true)).runs).toEqual({});
  expect(opened).not.toHaveBeenCalled();
  end();
  writeFileSync(path, '[{"step":0,"loss":1},{"step":1,"loss":0.5}]');
  expect((await readSource(source, true)).runs).toEqual({ again: [["loss", 1, 0.5]] });
});

it("takes a column of steps that is named", async () => {
  expect((await read("own.csv", "tick,loss\n5,1\n", "tick")).runs).toEqual({ own: [["loss", 5, 1]] });
});

it.each([
  ["an empty CSV", "e.csv", "", /empty file/],
  ["a CSV without steps", "n.csv", "a,b\n1,2\n", /a column of steps: step, _step.*got "a", "b"/],
  ["JSON that is none", "bad.json", "{", /expected JSON/],
  ["JSON without rows", "none.json", '{"a":1}', /a list of objects with a step/],
  ["JSON lines that are none", "bad.jsonl", "hello\n", /JSON lines: an object a line/],
  ["a line without end", "long.jsonl", `{"step":1,"x":"${"a".repeat(5_000_000)}"}\n`, /lines of at most/],
  ["a file of another kind", "a.xyz", "", /is no file of runs/],
])("refuses %s", async (_title, name, text, message) => {
  await expect(read(name, text)).rejects.toThrow(message);
});

it("keeps what came before a quote that never ends", async () => {
  const { runs, notes } = await read("quote.csv", 'step,loss\n1,0.5\n2,"0.25\n3,1\n');
  expect(runs).toEqual({ quote: [["loss", 1, 0.5]] });
  expect(notes[0]).toMatch(/no CSV.*Quote Not Closed/);
});

it("rows named __proto__ change nothing", async () => {
  await read("proto.jsonl", '{"step":1,"__proto__":{"polluted":1},"constructor":2}\n');
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});
