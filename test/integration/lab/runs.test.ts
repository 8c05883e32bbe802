import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StoreError } from "../../../src/core/errors.ts";
import { minMaxIndices } from "../../../src/core/decimate.ts";
import type { Lab } from "../../../src/main/lab/lab.ts";
import { connect } from "../../../src/main/store/open/database.ts";
import { openStore } from "../../../src/main/store/open/open-store.ts";
import { arrivingName } from "../../../src/main/store/parted-rows.ts";
import type { RunTableRequest } from "../../../src/shared/runs/run-table.ts";
import {
  cell,
  gradientCheck,
  machine,
  nativeBinding,
  notebookRun,
  timing,
} from "../store/recorded-values.ts";
import { holdLock } from "../store/hold-lock.ts";
import { openTestLab, type TestLab } from "./open-test-lab.ts";

const OTHER_MACHINE = { ...machine, id: "m-other", cpuModel: "Another CPU", kernel: "wasm-simd128" };
const HOSTILE = "=cmd|' /C calc'!A0";
let ids: string[] = [];
let test: TestLab;
let lab: Lab;

/** Runs as other parts of the app record them. */
function recordRuns(path: string): string[] {
  const store = openStore({ path, nativeBinding });
  store.saveMachine(machine);
  store.saveMachine(OTHER_MACHINE);
  const made = [0, 1, 2, 3].map((i) => {
    const run = store.createRun({
      ...notebookRun,
      kind: i < 3 ? "training" : "notebook",
      name: ["cosine, seed 0", "cosine, seed 1", HOSTILE, "notebook"][i] ?? "",
      machineId: i === 2 ? OTHER_MACHINE.id : machine.id,
      threads: i === 2 ? 4 : 2,
      startedAt: `2026-11-2${i}T04:53:12.345Z`,
      config: { seed: i, lr: [0.01, 0.01, 0.1, 1][i] ?? 0, optimizer: "adam", rows: 50_000 },
    });
    store.addMetrics(
      run.id,
      Array.from({ length: 3_000 }, (_, step) => [
        { name: "loss", step, epoch: 1, value: step === 1_234 ? 99 : 2 / (1 + step) + i, wallMs: step * 2 },
        ...(step % 1_000 === 0
          ? [{ name: "validAccuracy", step, epoch: 1, value: 0.9 + i / 100 + step / 1e5, wallMs: step * 2 }]
          : []),
      ]).flat(),
    );
    if (i === 0)
      store.addMetrics(run.id, [{ name: "loss", step: 3_000, epoch: 1, value: Number.NaN, wallMs: 6_000 }]);
    store.addTimings(
      run.id,
      Array.from({ length: 20 }, (_, sample) => ({
        ...timing(sample, (i === 1 ? 30 : 40) + (sample % 5) / 10, sample < 2),
        pass: "forward" as const,
      })),
    );
    store.addGradientChecks(run.id, [{ ...gradientCheck("w1", 1e-6), passed: i !== 1 }]);
    if (i === 3) store.addCell(run.id, cell(1));
    store.addEvent(run.id, { at: "2026-11-23T04:53:30.000Z", step: 7, kind: "lr", text: "0.1 → 0.01" });
    store.finishRun(run.id, {
      status: i === 2 ? "cancelled" : "finished",
      summary: { finalValidLoss: [0.3, 0.1, Number.NaN, 0.2][i] ?? 0 },
      failure: null,
      finishedAt: `2026-11-2${i}T04:54:12.345Z`,
    });
    return run.id;
  });
  store.close();
  return made;
}

const request = (change: Partial<RunTableRequest> = {}): RunTableRequest => ({
  query: "",
  scope: "active",
  sort: { column: "started", descending: true },
  columns: [],
  groupBy: null,
  offset: 0,
  limit: 100,
  ...change,
});

const found = async (query: string): Promise<number[]> =>
  (await lab.runs.find(query, "active")).map((id) => ids.indexOf(id)).sort();

beforeAll(async () => {
  test = await openTestLab(1, recordRuns);
  ids = [...test.recorded];
  ({ lab } = test);
});
afterAll(() => test.close());

describe("Lab.runs.table()", () => {
  it.each([
    ["", [0, 1, 2, 3]],
    ["kind:train", [0, 1, 2]],
    ["kind:train,notebook -seed:0", [1, 2, 3]],
    ["lr>0.01 kind:train", [2]],
    ["lr=0.01", [0, 1]],
    ["lr!=0.01", [2, 3]],
    ["cosine", [0, 1]],
    ['"cosine, seed 1"', [1]],
    ["last.loss>=1 last.loss<3", [1, 2]],
    ["best.validAccuracy>0.94", [2, 3]],
    ["finalValidLoss<0.25", [1, 3]],
    ["started>=2026-11-22", [2, 3]],
    ["threads:4", [2]],
    ["machine:other", [2]],
    ["has:tags", []],
    ['ms."layer classes forward"<35', [1]],
  ])("finds with %s", async (query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  it("says what is wrong with a query, and where", async () => {
    const { problem, total } = await lab.runs.table(request({ query: 'name:"cosine' }));
    expect(problem).toContain("quotation mark at character 6 is not closed");
    expect(total).toBe(4);
    await expect(lab.runs.find("lr>", "active")).rejects.toThrow(/a value is missing at character 4/);
  });

  it.each([
    ["sed:3", /^no run has sed: did you mean seed\?$/],
    // Each of these would be all runs.
    [
      "-foo:3",
      /^no run has foo\. Names are kind, .* and 10 more; settings lr, optimizer, rows, seed; results .*; metrics with last\. best\. /,
    ],
    ["foo!=3", /^no run has foo\. Names are /],
    ["last.los<1", /did you mean last\.loss\?/],
    ["-lr>high", /^lr>high: a number is expected/],
  ])("the query %s, which no run can answer, is refused with the names there are", async (query, message) => {
    const { problem, total } = await lab.runs.table(request({ query }));
    expect(problem).toMatch(message);
    expect(total).toBe(4);
    await expect(lab.runs.find(query, "active")).rejects.toThrow(/cannot be read/);
  });

  it("sorts by any column, empty fields last both ways, and gives the values of the columns", async () => {
    const columns = [
      "summary.finalValidLoss",
      "last.loss",
      "max.loss",
      "best.validAccuracy",
      "ms.layer classes forward",
      "checks",
      "seconds",
    ];
    const sorted = async (descending: boolean) =>
      (await lab.runs.table(request({ columns, sort: { column: "summary.finalValidLoss", descending } })))
        .rows;
    const rising = await sorted(false);
    expect(rising.map(({ id }) => ids.indexOf(id))).toEqual([1, 3, 0, 2]);
    expect((await sorted(true)).map(({ id }) => ids.indexOf(id))).toEqual([0, 3, 1, 2]);
    expect(rising[0]?.values).toEqual([0.1, 2 / 3_000 + 1, 99, 0.93, 30.2, "0 of 1 passed", 60]);
    // The last loss of the first is NaN: it is shown as that, and the extremes leave it out.
    expect(rising[2]?.values.slice(1, 3)).toEqual([Number.NaN, 99]);
  });

  it("groups by a setting with mean and sample deviation over the runs", async () => {
    const { groups } = await lab.runs.table(
      request({ query: "kind:train", groupBy: "config.lr", columns: ["best.validAccuracy", "name"] }),
    );
    const group = groups?.find(({ value }) => value === "0.01");
    expect(group).toMatchObject({ runs: 2, ids: [ids[1], ids[0]] });
    expect(group?.cells[0]?.mean).toBeCloseTo(0.925, 12);
    expect(group?.cells[0]?.sd).toBeCloseTo(0.01 / Math.SQRT2, 12);
    expect(group?.cells[1]).toBeNull();
  });

  it("follows changes: tags, notes, names, pins, the archive and the trash", async () => {
    const [first = "", second = ""] = ids;
    lab.runs.change({ runIds: [first, second], change: { addTags: ["keep", "keep"] } });
    lab.runs.change({
      runIds: [second],
      change: { pinned: true, notes: "# About *cosine*", colour: 3, name: "renamed" },
    });
    expect(await found("tag:keep")).toEqual([0, 1]);
    expect(await found("about")).toEqual([1]);
    expect(await found("is:pinned has:notes")).toEqual([1]);
    lab.runs.change({ runIds: [second], change: { kept: true } });
    expect(await found("is:kept")).toEqual([1]);
    lab.runs.change({ runIds: [second], change: { kept: false } });
    expect(await found("is:kept")).toEqual([]);
    const { rows } = await lab.runs.table(request({ pinnedFirst: true }));
    const newestFirst = lab.runs.list().map(({ id }) => id);
    expect(newestFirst[0]).not.toBe(second);
    expect(await lab.runs.find("", "active")).toEqual(newestFirst);
    expect(rows[0]).toMatchObject({ id: second, name: "renamed", colour: 3, pinned: true, tags: ["keep"] });
    lab.runs.change({ runIds: [first], change: { archived: true } });
    expect(await found("")).toEqual([1, 2, 3]);
    expect(await lab.runs.find("", "archived")).toEqual([first]);
    lab.runs.change({ runIds: [second], change: { deleted: true } });
    expect(await found("")).toEqual([2, 3]);
    expect(await lab.runs.find("", "trash")).toEqual([second]);
    lab.runs.change({
      runIds: ids,
      change: { archived: false, deleted: false, pinned: false, removeTags: ["keep"], notes: "" },
    });
    lab.runs.change({ runIds: [second], change: { name: "cosine, seed 1", colour: null } });
    expect(await found("")).toEqual([0, 1, 2, 3]);
    expect(() => lab.runs.change({ runIds: ["nobody"], change: { pinned: true } })).toThrow(StoreError);
  });

  it("keeps views by their names", () => {
    const view = { ...request({ query: "lr>0.1" }), name: "mine" };
    lab.views.save(view);
    lab.views.save({ ...view, query: "lr>0.2" });
    expect(lab.views.list().map(({ name, query }) => [name, query])).toEqual([["mine", "lr>0.2"]]);
    lab.views.drop({ name: "mine" });
    expect(lab.views.list()).toEqual([]);
  });

  it("says what there is to choose from", async () => {
    expect(await lab.runs.catalogue()).toEqual({
      config: ["lr", "optimizer", "rows", "seed"],
      summary: ["finalValidLoss"],
      metrics: ["loss", "validAccuracy"],
      timings: ["layer classes backward", "layer classes forward"],
      tags: [],
    });
  });
});

describe("Lab.runs.curves()", () => {
  const draw = (
    columns: number | null,
    steps: { from: number; to: number } | null = null,
    at: number[] = [],
  ) => lab.runs.curves({ runIds: [ids[1] ?? ""], metrics: ["loss"], columns, steps, smoothings: [0.9], at });

  it("keeps every extreme, and all points where they fit", async () => {
    const [few] = await draw(50);
    expect(few.points).toBe(3_000);
    expect(few.steps.length).toBeLessThanOrEqual(150);
    expect([...few.values]).toContain(99);
    expect([...few.steps]).toContain(1_234);
    const [all] = await draw(2_000);
    expect(all.steps.length).toBe(3_000);
    expect(all.wallMs[10]).toBe(20);
  });

  it("draws a part more finely, and smooths from all points", async () => {
    const [part] = await draw(10, { from: 1_230, to: 1_240 });
    expect([...part.steps]).toEqual(Array.from({ length: 13 }, (_, i) => 1_229 + i));
    expect(part.pointsInSteps).toBe(11);
    const values = Array.from({ length: 1_230 }, (_, step) => 2 / (1 + step) + 1);
    let [sum, scale] = [0, 1];
    for (const value of values) [sum, scale] = [0.9 * sum + 0.1 * value, scale * 0.9];
    expect(part.smoothed[0]?.[0]).toBeCloseTo(sum / (1 - scale), 12);
  });

  it("keeps both ends, and reads values at steps from every point, drawn or not", async () => {
    const [few] = await draw(10, null, [-1, 1_235, 1_235.5, 9_999]);
    expect([few.steps[0], few.steps.at(-1)]).toEqual([0, 2_999]);
    expect([...few.steps]).not.toContain(1_235);
    const [all] = await draw(null);
    expect(all.steps.length).toBe(3_000);
    const value = all.values[1_235];
    expect(few.at).toEqual([
      { step: -1, value: NaN },
      { step: 1_235, value },
      { step: 1_235.5, value },
      { step: 9_999, value: all.values[2_999] },
    ]);
  });

  it("leaves a gap where a value is not a number", () => {
    const values = Float64Array.from({ length: 1_000 }, (_, i) =>
      i === 500 ? NaN : i === 501 ? 7 : i / 1_000,
    );
    const chosen = minMaxIndices(values, 0, 1_000, 10);
    expect(chosen).toContain(500);
    expect(chosen).toContain(501);
    expect(chosen.length).toBeLessThanOrEqual(32);
    expect([chosen[0], chosen.at(-1)]).toEqual([0, 999]);
    expect([...chosen].sort((a, b) => a - b)).toEqual(chosen);
  });
});

describe("Lab.runs.bands()", () => {
  it("averages runs step by step, with the sample deviation", async () => {
    const [band] = await lab.runs.bands({
      groups: [[ids[1] ?? "", ids[2] ?? "", ids[3] ?? ""]],
      metrics: ["validAccuracy"],
      columns: 100,
      steps: null,
    });
    expect([...band.steps]).toEqual([0, 1_000, 2_000]);
    expect(band.means[0]).toBeCloseTo(0.92, 12);
    expect(band.deviations[0]).toBeCloseTo(0.01, 12);
  });

  it("averages a part more finely, with every extreme", async () => {
    const groups = [[ids[1] ?? "", ids[2] ?? ""]];
    const [part] = await lab.runs.bands({
      groups,
      metrics: ["loss"],
      columns: 4,
      steps: { from: 1_001, to: 2_000 },
    });
    expect(part.pointsInSteps).toBe(1_000);
    expect([part.steps[0], part.steps.at(-1)]).toEqual([1_000, 2_001]);
    expect(Math.max(...part.means)).toBe(99);
    const whole = await lab.runs.bands({ groups, metrics: ["loss"], columns: null, steps: null });
    expect([...part.steps].map((step) => whole[0]?.means[step])).toEqual([...part.means]);
  });
});

describe("Lab.runs.compare()", () => {
  it("puts differences first, judges times by their intervals, and flags machines and threads", async () => {
    const [first = "", second = "", third = ""] = ids;
    const two = await lab.runs.compare({ runIds: [first, second] });
    expect(two.cautions).toEqual([]);
    expect(two.settings.filter(({ same }) => !same)).toEqual([{ key: "seed", same: false, values: [0, 1] }]);
    const { runs } = two.timings.find(({ label }) => label === "layer classes forward")!;
    expect(runs[0]).toMatchObject({ samples: 18, verdict: "first", ratio: null });
    expect(runs[1]?.verdict).toBe("faster");
    expect(runs[1]?.ratio?.value).toBeCloseTo(30.2 / 40.2, 10);
    expect(runs[1]?.ratio?.hi).toBeLessThan(0.77);
    expect(two.checks).toEqual([
      {
        label: "functions, finite-difference, w1",
        runs: [
          { verdict: "passed", passed: true, relMax: 1e-6, relNorm: 1 / 3 },
          { verdict: "failed", passed: false, relMax: 1e-6, relNorm: 1 / 3 },
        ],
      },
    ]);
    const three = await lab.runs.compare({ runIds: [first, third] });
    expect(three.cautions.join(" ")).toMatch(/different machines.*Some CPU.*Another CPU/);
    expect(three.cautions.join(" ")).toContain("different numbers of threads (2; 4)");
    expect(three.cautions).toContain(`Not finished: ${HOSTILE} (cancelled).`);
    const forward = three.timings.find(({ label }) => label === "layer classes forward")!;
    expect(forward.runs[1]?.verdict).toBe("no difference shown");
    await expect(lab.runs.compare({ runIds: [first, "nobody"] })).rejects.toThrow(/There is no run nobody/);
  });
});

describe("exports", () => {
  const file = (name: string): string => join(test.folder, name);
  const rowsOf = (path: string): Record<string, string>[] => parse(readFileSync(path), { columns: true });

  it("writes every point of every metric, and what is not a number as an empty field", async () => {
    expect(await lab.runs.export({ what: "metrics", runIds: ids, path: file("metrics.csv") })).toBe(
      4 * 3_003 + 1,
    );
    const rows = rowsOf(file("metrics.csv"));
    expect(rows[3_000]).toEqual({
      run_id: ids[0],
      metric: "loss",
      step: "3000",
      epoch: "1",
      value: "",
      wall_ms: "6000",
    });
    expect(rows[10]?.["value"]).toBe(String(2 / 11));
  });

  it("writes a row a run with settings, results and metrics; formulas are text, times are ISO 8601 UTC", async () => {
    expect(await lab.runs.export({ what: "summary", runIds: ids, path: file("summary.csv") })).toBe(4);
    const rows = rowsOf(file("summary.csv"));
    expect(rows[2]).toMatchObject({ name: `'${HOSTILE}`, "config.lr": "0.1", "summary.finalValidLoss": "" });
    expect(rows[1]).toMatchObject({
      started_at: "2026-11-21T04:53:12.345Z",
      finished_at: "2026-11-21T04:54:12.345Z",
      seconds: "60",
      "max.loss": "99",
      cpu: machine.cpuModel,
    });
  });

  it("writes the checks of any kind of run", async () => {
    expect(await lab.runs.export({ what: "gradchecks", runIds: ids, path: file("checks.csv") })).toBe(6);
    expect(rowsOf(file("checks.csv"))[1]).toMatchObject({
      tensor: "w1",
      verdict: "failed",
      rel_max: "0.000001",
    });
  });

  const soffice = ["/usr/bin/soffice", "/usr/bin/libreoffice"].find((path) => existsSync(path));

  // Where LibreOffice is installed; parsers of CSV are tested above on every machine.
  it.skipIf(soffice === undefined)(
    "opens in LibreOffice with numbers as numbers, times and formulas as text",
    async () => {
      await lab.runs.export({ what: "summary", runIds: ids, path: file("office.csv") });
      execFileSync(
        soffice ?? "",
        [
          "--headless",
          `-env:UserInstallation=file://${test.folder}/office`,
          "--convert-to",
          "fods",
          "--infilter=CSV:44,34,76,1",
          "--outdir",
          test.folder,
          file("office.csv"),
        ],
        { stdio: "ignore", timeout: 120_000 },
      );
      const sheet = readFileSync(file("office.fods"), "utf8");
      expect(sheet).toContain('office:value-type="float" office:value="0.1"');
      expect(sheet).toContain("2026-11-21T04:53:12.345Z");
      expect(sheet).toMatch(/<text:p>(&apos;|')=cmd/);
      expect(sheet).not.toContain("table:formula");
    },
    150_000,
  );

  it("leaves an earlier file as it was when something goes wrong, and nothing half-written", async () => {
    const folder = file("given");
    mkdirSync(folder);
    const path = join(folder, "out.csv");
    writeFileSync(path, "earlier");
    await expect(lab.runs.export({ what: "metrics", runIds: [ids[0] ?? "", "nobody"], path })).resolves.toBe(
      3_004,
    );
    writeFileSync(path, "earlier");
    await expect(lab.runs.export({ what: "summary", runIds: ["nobody"], path })).rejects.toThrow(
      /no run nobody/,
    );
    expect(readFileSync(path, "utf8")).toBe("earlier");
    await expect(
      lab.runs.export({ what: "bundle", runIds: ids, path: join(folder, "missing", "b.json") }),
    ).rejects.toThrow(/folder does not exist/);
  });
});

describe("bundles", () => {
  it("come back identical from an empty database, and add nothing twice", async () => {
    const weights = join(test.folder, "lab-checkpoints", ids[0] ?? "");
    mkdirSync(weights, { recursive: true });
    writeFileSync(join(weights, "final.safetensors"), Buffer.from([1, 2, 3, 0, 255]));
    lab.runs.change({ runIds: [ids[2] ?? ""], change: { addTags: ["kept"], notes: "**note**", colour: 1 } });
    const path = join(test.folder, "bundle.json");
    expect(await lab.runs.export({ what: "bundle", runIds: ids, path, weights: true })).toBe(4);
    expect(JSON.parse(readFileSync(path, "utf8"))).toBeInstanceOf(Array);
    const other = await openTestLab(1);
    try {
      expect(await other.lab.runs.import(path)).toMatchObject({ added: ids, skipped: [] });
      expect(await other.lab.runs.import(path)).toMatchObject({ added: [], skipped: ids });
      for (const id of ids) {
        expect(other.lab.runs.get({ runId: id })).toEqual(lab.runs.get({ runId: id }));
        expect(other.lab.runs.metrics(id)).toEqual(lab.runs.metrics(id));
      }
      const again = join(other.folder, "again.json");
      await other.lab.runs.export({ what: "bundle", runIds: ids, path: again, weights: true });
      expect(readFileSync(again, "utf8")).toBe(readFileSync(path, "utf8"));
      const { rows } = await other.lab.runs.table(request({ query: "tag:kept" }));
      expect(rows.map(({ id }) => id)).toEqual([ids[2]]);
    } finally {
      await other.close();
    }
  });

  it("are refused with the line when they are cut off, damaged, newer, or something else", async () => {
    const path = join(test.folder, "whole.json");
    await lab.runs.export({ what: "bundle", runIds: ids, path });
    const lines = readFileSync(path, "utf8").split("\n");
    const other = await openTestLab(1);
    const imported = async (name: string, text: string): Promise<string> => {
      const given = join(other.folder, name);
      writeFileSync(given, text);
      return other.lab.runs.import(given).then(
        () => "taken",
        (error: unknown) => (error as Error).message,
      );
    };
    try {
      expect(await imported("other.json", '{"a": 1}')).toMatch(/line 1: this is not what a bundle/);
      expect(await imported("text.json", "hello")).toMatch(/line 1: this is not JSON/);
      expect(
        await imported(
          "newer.json",
          `[\n${JSON.stringify({ format: "backprop-lab-bundle", version: 9, schema: 99 })},`,
        ),
      ).toMatch(/newer version/);
      const third = lines.findIndex((line) => line.startsWith(`{"run":"${ids[2] ?? ""}"`));
      expect(await imported("cut.json", lines.slice(0, third + 3).join("\n"))).toMatch(
        /is cut off.*Nothing was imported/,
      );
      expect(await other.lab.runs.find("", "all")).toEqual([]);
      expect(
        await imported(
          "evil.json",
          lines.map((line) => line.replace('"table":"event"', '"table":"sqlite_schema"')).join("\n"),
        ),
      ).toMatch(/is not what a bundle/);
      expect(await imported("path.json", lines.join("\n").replaceAll(ids[3] ?? "", "../../up"))).toMatch(
        /not the name of a run/,
      );
      expect(await imported("whole.json", lines.join("\n"))).toBe("taken");
      expect(await other.lab.runs.find("", "all")).toHaveLength(4);
    } finally {
      await other.close();
    }
  });
});

describe("the trash", () => {
  it("is emptied for good, with the weights, and the database shrinks by what it says", async () => {
    const [first = ""] = ids;
    const sizeBytes = (): number => lab.diagnostics.get().database.sizeBytes;
    lab.runs.change({ runIds: [first], change: { deleted: true } });
    const before = sizeBytes();
    const { runs, freedBytes, sizeBytes: after } = await lab.runs.emptyTrash({ runIds: null });
    expect(runs).toBe(1);
    expect(freedBytes).toBeGreaterThan(50_000);
    expect(after).toBeLessThan(before);
    expect(existsSync(join(test.folder, "lab-checkpoints", first))).toBe(false);
    expect(await lab.runs.find("", "all")).toHaveLength(3);
    expect(() => lab.runs.get({ runId: first })).toThrow(/There is no run/);
    expect(await lab.database.check()).toEqual({ sound: true, findings: [], done: [] });
  });

  it("loses by itself what has been in it for 30 days, and a weekly backup is written, three kept", async () => {
    const [, second = ""] = ids;
    lab.runs.change({ runIds: [second], change: { deleted: true } });
    const day = (days: number): Date => new Date(Date.now() + days * 86_400_000);
    await lab.database.tidy(day(29));
    expect(await lab.runs.find("", "trash")).toEqual([second]);

    // While another program keeps the database locked, what writes waits with the deletion and holds up nothing.
    const letGo = await holdLock(join(test.folder, "lab.sqlite"));
    const tidying = lab.database.tidy(day(31));
    let unlocked = false;
    await nextTurn();
    const waiting = lab.database.unlocked().then(() => (unlocked = true));
    for (let turn = 0; turn < 10; turn++) await nextTurn();
    expect(unlocked).toBe(false);
    await letGo();
    await Promise.all([tidying, waiting]);
    expect(await lab.runs.find("", "trash")).toEqual([]);

    // What an import left that was killed goes at the same time; it was no damage before.
    const db = connect(join(test.folder, "lab.sqlite"), { nativeBinding });
    db.exec("PRAGMA foreign_keys = OFF");
    const left = arrivingName("long", "import");
    db.prepare(
      "INSERT INTO series (id, run_id, name, points, last_position) VALUES (1e6, ?, 'loss', 1, 0)",
    ).run(left);
    db.exec("INSERT INTO point VALUES (1e6, 0, 0, 0.5, 0.5, 0.5)");
    expect(await lab.database.check()).toMatchObject({ sound: true });
    for (const days of [39, 47, 55]) await lab.database.tidy(day(days));
    expect(db.prepare("SELECT * FROM series, point WHERE series.id = 1e6 OR series_id = 1e6").all()).toEqual(
      [],
    );
    db.close();
    const { weeklyBackups } = await import("../../../src/main/store/open/weekly-backup.ts");
    const backups = weeklyBackups(join(test.folder, "lab.sqlite"));
    expect(backups).toHaveLength(3);
    const copy = openStore({ path: backups[0]?.path ?? "", nativeBinding, readOnly: true });
    expect(
      copy
        .listRuns()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(ids.slice(2).sort());
    copy.close();
  });
});
