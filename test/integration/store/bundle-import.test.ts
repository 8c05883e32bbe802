import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeEach, describe, expect, test } from "vitest";
import { connect, type SqlValue } from "../../../src/main/store/open/database.ts";
import { openReader } from "../../../src/main/store/open/open-for-reading.ts";
import { exportBundle } from "../../../src/main/store/thread/export-bundle.ts";
import { readBundle, type ImportTarget } from "../../../src/main/store/thread/import-bundle.ts";
import { findDamage } from "../../../src/main/store/thread/maintenance.ts";
import { RunIndex } from "../../../src/main/store/thread/run-index.ts";
import type { ReadBundle } from "../../../src/main/store/thread/take-bundle.ts";
import type { SqliteStore } from "../../../src/main/store/sqlite-store.ts";
import type { Replacing, TakenRuns } from "../../../src/shared/runs/run-exports.ts";
import { DEFAULT_VIEW } from "../../../src/shared/runs/run-table.ts";
import { cell, machine, nativeBinding, notebookRun } from "./recorded-values.ts";
import { useStoreFolder } from "./store-folder.ts";

const folder = useStoreFolder();
const RUNS = ["first", "second"];

type Line = Record<string, unknown> & {
  row: Record<string, SqlValue>;
  rows: SqlValue[][];
  columns: string[];
};

/** A bundle of two runs, one with cells and metrics, the other with an event. */
async function bundle(): Promise<Line[]> {
  const path = folder.file("from.sqlite");
  if (!existsSync(path)) {
    const store = folder.open(path);
    store.saveMachine(machine);
    for (const id of RUNS) store.createRun({ ...notebookRun, id });
    store.addCell("first", cell(1));
    store.addMetrics("first", [
      { name: "loss", step: 0, epoch: 0, value: 2, wallMs: 1 },
      { name: "loss", step: 1, epoch: 0, value: NaN, wallMs: 2 },
    ]);
    store.addEvent("second", { at: "2026-11-23T04:53:13.000Z", step: 3, kind: "paused", text: "at step 3" });
    for (const id of RUNS) {
      const at = "2026-11-23T05:00:00.000Z";
      store.finishRun(id, { status: "finished", summary: { loss: NaN }, failure: null, finishedAt: at });
    }
    store.close();
  }
  const reader = readerOf(path);
  await exportBundle(reader, RUNS, folder.file("bundle.json"), { weights: false, gzip: false });
  reader.close();
  return JSON.parse(readFileSync(folder.file("bundle.json"), "utf8")) as Line[];
}

const readerOf = (path: string): SqliteStore =>
  openReader({ path, readFrom: path, abandonedRuns: false }, nativeBinding);

const read = (bundlePath: string, target: Partial<ImportTarget> = {}): Promise<ReadBundle> =>
  readBundle(bundlePath, {
    path: folder.file("to.sqlite"),
    checkpointsFolder: folder.file("to-checkpoints"),
    nativeBinding,
    replacing: "finished",
    ...target,
  });

function takeAll(bundle: ReadBundle): TakenRuns {
  for (;;) {
    const { over, imported } = bundle.takePart();
    if (over) return imported;
  }
}

async function take(bundlePath: string, target?: Partial<ImportTarget>): Promise<TakenRuns> {
  const bundle = await read(bundlePath, target);
  try {
    return takeAll(bundle);
  } finally {
    bundle.close();
  }
}

/** Into a database that holds the run "kept" with one point. */
async function importing(lines: readonly unknown[], replacing: Replacing = "finished"): Promise<TakenRuns> {
  const bundlePath = folder.file("given.json");
  writeFileSync(bundlePath, `[\n${lines.map((line) => JSON.stringify(line)).join(",\n")}\n]\n`);
  return take(bundlePath, { replacing });
}

/** The runs that were added, or why none was. */
const imported = (lines: readonly unknown[]): Promise<string> =>
  importing(lines).then(
    ({ added }) => added.join(" "),
    (error: unknown) => (error as Error).message,
  );

/** Everything in the database, and what its list shows. */
function content(): { runs: string[]; points: unknown[]; total: number } {
  const reader = readerOf(folder.file("to.sqlite"));
  try {
    const table = new RunIndex(reader).table({ ...DEFAULT_VIEW, scope: "all", offset: 0, limit: 100 });
    const points = reader.tables.db.prepare("SELECT * FROM point ORDER BY series_id, position").all();
    return { runs: table.rows.map(({ id }) => id).sort(), points, total: table.total };
  } finally {
    reader.close();
  }
}

beforeEach(() => {
  const store = folder.open(folder.file("to.sqlite"));
  store.saveMachine(machine);
  store.createRun({ ...notebookRun, id: "kept" });
  store.addMetrics("kept", [{ name: "loss", step: 0, epoch: 0, value: 7, wallMs: 1 }]);
  store.close();
});

describe("a bundle of which one run could not be read afterwards is refused whole (issue 14, 26)", () => {
  const inRow = (column: string, value: unknown) => (lines: Line[]) =>
    Object.assign(lines.filter((line) => "row" in line).at(1)!.row, { [column]: value });
  const inTable = (table: string, column: string, value: unknown) => (lines: Line[]) => {
    const { columns, rows } = lines.find((line) => line["table"] === table)!;
    rows[0][columns.indexOf(column)] = value as SqlValue;
  };
  test.each<[string, (lines: Line[]) => void, RegExp]>([
    ["settings that are an array", inRow("config", "[1,2]"), /settings.*cannot be read/],
    ["settings that are nested", inRow("config", '{"a":{"b":{"c":1}}}'), /settings.*cannot be read/],
    ["settings that are no JSON", inRow("config", "not json"), /settings.*cannot be read/],
    ["a summary of another type", inRow("summary", "[]"), /summary.*cannot be read/],
    ["tags of another type", inRow("tags", '{"a":1}'), /tags.*cannot be read/],
    ["an unknown kind", inRow("kind", "<img src=x onerror=alert(1)>"), /kind/],
    ["an unknown status", inRow("status", "odd"), /CHECK constraint/],
    ["a time that is none", inRow("started_at", "yesterday"), /startedAt.*must be a time/],
    ["a time in the trash that is none", inRow("deleted_at", "soon"), /deletedAt/],
    ["a colour that there is not", inRow("colour", 1e12), /colour/],
    ["a negative number of threads", inRow("threads", -1), /threads/],
    ["more threads than there can be", inRow("threads", 1e9), /threads/],
    ["a number as a text", inRow("threads", "2"), /run\.threads: expected a whole number, got "2"/],
    ["a text as a number", inRow("name", 5), /run\.name: expected a text, got 5/],
    ["a revision", inRow("revision", 7), /not its own: revision/],
    ["another machine", inRow("machine_id", "m-0"), /names another machine/],
    ["a column that is none", inRow("evil", 1), /no column "evil"/],
    ["an event of an unknown kind", inTable("event", "kind", "exploded"), /events\.0\.kind/],
    ["an event at no time", inTable("event", "at", "noon"), /events\.0\.at/],
    ["a timing of an unknown pass", inTable("timing", "pass", "sideways"), /timings\.0\.pass/],
    ["a check of an unknown reference", inTable("gradient_check", "reference", "x"), /reference/],
    ["a cell with details that are no JSON", inTable("cell", "details", "{"), /details of cell/],
    ["a point of a series as a text", inTable("point", "series_id", "0"), /point\.series_id/],
    ["a point of a series that is none", inTable("point", "series_id", 5), /series_id 5 refers to a row/],
    ["a point of no series", inTable("point", "series_id", null), /series_id null refers to a row/],
    ["a point without an epoch", inTable("point", "epoch", null), /epoch/],
    ["a timing of a cell that is none", inTable("timing", "cell_id", 0.5), /timing\.cell_id/],
    ["the same run twice", (lines) => lines.splice(2, 0, lines[1]), /twice/],
    ["rows of a run that did not begin", (lines) => (lines.at(-2)!["run"] = "kept"), /did not begin/],
    ["rows shorter than the columns", (lines) => lines.at(-2)!.rows[0].pop(), /values for \d+ columns/],
    ["an id of its own", (lines) => (lines.at(-2)!.columns[0] = "run_id"), /not its own: run_id/],
    ["more behind its end", (lines) => lines.push(lines[1]), /behind the bundle's end/],
    ["a name that is a path", (lines) => (lines.at(-2)!["run"] = ".."), /not the name of a run/],
    [
      "a report that is none of a notebook",
      (lines) =>
        lines.splice(-1, 0, { run: "second", table: "report", columns: ["report"], rows: [["{}"]] } as never),
      /report of run/,
    ],
  ])("%s", async (_what, spoil, said) => {
    const before = content();
    const lines = await bundle();
    spoil(lines);
    const message = await imported(lines);
    expect(message).toMatch(said);
    expect(message).toContain("Nothing was imported");
    expect(content()).toEqual(before);
  });

  test("a sound one is taken, and what is there already is skipped", async () => {
    const lines = await bundle();
    expect(await imported(lines)).toBe("first second");
    expect(await imported(lines)).toBe("");
    expect(content()).toMatchObject({ runs: ["first", "kept", "second"], total: 3 });
  });

  test("a finished run takes the place of the same one that is not finished, with what a person said of it (issue 20, 4)", async () => {
    const lines = await bundle();
    const path = folder.file("to.sqlite");
    const store = folder.open(path);
    for (const id of ["first", "second"]) {
      store.createRun({ ...notebookRun, id });
      store.addMetrics(id, [{ name: "other", step: 0, epoch: 0, value: 9, wallMs: 1 }]);
    }
    store.finishRun("first", {
      status: "cancelled",
      summary: {},
      failure: null,
      finishedAt: "2026-11-23T04:55:00.000Z",
    });
    store.changeRuns(["first"], { notes: "look at this", addTags: ["mine"], pinned: true });
    store.close();
    const cutShort = join(folder.file("to-checkpoints"), "first");
    mkdirSync(cutShort, { recursive: true });
    writeFileSync(join(cutShort, "latest-a.safetensors"), "state");
    lines.splice(-1, 0, { run: "second", file: "final.safetensors", base64: "AQID" } as never);

    // An index that has seen the unfinished one sees the change.
    const reader = readerOf(path);
    const index = new RunIndex(reader);
    const table = (): unknown[] =>
      index
        .table({ ...DEFAULT_VIEW, columns: ["status", "summary.loss"], offset: 0, limit: 9 })
        .rows.map(({ id, values }) => [id, ...values]);
    expect(table()).toContainEqual(["first", "cancelled", null]);

    // One that could not be read afterwards leaves all as it was, files too.
    const spoilt = structuredClone(lines);
    inTable("event", "kind", "exploded")(spoilt);
    expect(await imported(spoilt)).toContain("Nothing was imported");
    expect(table()).toContainEqual(["first", "cancelled", null]);
    expect(existsSync(join(cutShort, "latest-a.safetensors"))).toBe(true);

    expect(await importing(lines)).toEqual({
      added: [],
      replaced: ["first", "second"],
      skipped: [],
      inTrash: [],
    });
    expect(table()).toContainEqual(["first", "finished", NaN]);
    const run = reader.getRun("first").run;
    expect(run).toMatchObject({ notes: "look at this", tags: ["mine"], pinned: true, status: "finished" });
    expect(reader.getMetrics("first").map(({ name }) => name)).toEqual(["loss", "loss"]);
    reader.close();
    expect(existsSync(cutShort)).toBe(false);
    expect(existsSync(join(folder.file("to-checkpoints"), "second", "final.safetensors"))).toBe(true);
    expect((await importing(lines)).skipped).toEqual(["first", "second"]);
  });

  test("an unfinished run takes nobody's place, and what is in the trash is named and stays there (issue 20, 4)", async () => {
    const lines = await bundle();
    await imported(lines);
    const store = folder.open(folder.file("to.sqlite"));
    store.changeRuns(["second"], { deleted: true });
    store.close();
    inRow("status", "interrupted")(lines);
    Object.assign(lines.find((line) => "row" in line)!.row, { status: "interrupted" });
    expect(await importing(lines)).toEqual({
      added: [],
      replaced: [],
      skipped: ["first"],
      inTrash: ["second"],
    });
    expect(content().runs).toEqual(["first", "kept"]);
  });

  test("where a sweep is collected, an unfinished run takes the place of one that has come less far, or was cut short there", async () => {
    const lines = await bundle();
    const row = lines.find((line) => "row" in line)!.row;
    const store = folder.open(folder.file("to.sqlite"));
    store.createRun({ ...notebookRun, id: "first" });
    store.addMetrics("first", [{ name: "loss", step: 0, epoch: 0, value: 9, wallMs: 1 }]);
    Object.assign(row, { status: "running" });
    // What is on is left alone, however far the other has come.
    expect((await importing(lines, "further")).skipped).toEqual(["first"]);
    store.finishRun("first", {
      status: "interrupted",
      summary: {},
      failure: null,
      finishedAt: "2026-11-23T04:55:00.000Z",
    });
    store.close();
    expect((await importing(lines)).skipped).toContain("first");
    expect((await importing(lines, "further")).replaced).toEqual(["first"]);
    // Now it has come as far.
    expect((await importing(lines, "further")).skipped).toContain("first");
    Object.assign(row, { status: "failed", failure: "the loss became NaN" });
    expect((await importing(lines, "further")).replaced).toEqual(["first"]);
    const reader = readerOf(folder.file("to.sqlite"));
    expect(reader.getRun("first").run).toMatchObject({ status: "failed", failure: "the loss became NaN" });
    expect(reader.getMetrics("first").map(({ value }) => value)).toEqual([2, NaN]);
    reader.close();
    Object.assign(row, { status: "interrupted" });
    expect((await importing(lines, "further")).skipped).toContain("first");
  });

  test("gzipped it is the same, and one that is cut off is refused whole (issue 20, 9)", async () => {
    await bundle();
    const reader = readerOf(folder.file("from.sqlite"));
    await exportBundle(reader, RUNS, folder.file("bundle.json.gz"), { weights: false, gzip: true });
    reader.close();
    const packed = readFileSync(folder.file("bundle.json.gz"));
    expect(gunzipSync(packed)).toEqual(readFileSync(folder.file("bundle.json")));
    writeFileSync(folder.file("cut.gz"), packed.subarray(0, packed.length - 9));
    await expect(take(folder.file("cut.gz"))).rejects.toThrow("ends early");
    const plain = gunzipSync(packed);
    const header = plain.indexOf("\n", 2) + 1;
    for (const bytes of [header, header + 1, plain.length >> 1, plain.length - 8]) {
      writeFileSync(folder.file("cut.json"), plain.subarray(0, bytes));
      await expect(take(folder.file("cut.json"))).rejects.toThrow("the file is cut off");
    }
    writeFileSync(
      folder.file("cut.json"),
      Buffer.concat([plain.subarray(0, header), Buffer.from("{,\n"), plain]),
    );
    await expect(take(folder.file("cut.json"))).rejects.toThrow(/line 3: this is not JSON/);
    expect(content().runs).toEqual(["kept"]);
    expect((await take(folder.file("bundle.json.gz"))).added).toEqual(RUNS);
  });

  test("what a table shows of a metric comes from its points", async () => {
    const lines = await bundle();
    inTable("series", "minimum", -5)(lines);
    inTable("series", "points", 99)(lines);
    await imported(lines);
    const reader = readerOf(folder.file("to.sqlite"));
    expect(reader.tables.metrics.seriesOf("first")).toMatchObject([{ points: 2, min: 2, max: 2 }]);
    reader.close();
  });

  test("while a bundle is read others write, and what they have changed counts when it is taken", async () => {
    await bundle();
    const given = folder.file("bundle.json");
    const store = folder.open(folder.file("to.sqlite"));
    const taken = await read(given);
    const late = { ...notebookRun, id: "second" };
    store.createRun(late);
    store.finishRun("second", {
      status: "finished",
      summary: {},
      failure: null,
      finishedAt: "2026-11-23T06:00:00.000Z",
    });
    store.addMetrics("kept", [{ name: "accuracy", step: 0, epoch: 0, value: 1, wallMs: 1 }]);
    expect(takeAll(taken)).toEqual({ added: ["first"], replaced: [], skipped: ["second"], inTrash: [] });
    taken.close();
    expect(store.getRun("second").events).toEqual([]);
    expect(store.getMetrics("first").map(({ value }) => value)).toEqual([2, NaN]);
    expect(store.getMetrics("kept").map(({ name }) => name)).toEqual(["loss", "accuracy"]);
    store.close();
    const db = connect(folder.file("to.sqlite"), { nativeBinding });
    expect(db.prepare("PRAGMA foreign_key_check").all()).toEqual([]);
    db.close();
  });

  describe("a run of many points is taken in parts", () => {
    const POINTS = 5_000;
    const points = (value: number) =>
      Array.from({ length: POINTS }, (_, step) => ({ name: "loss", step, epoch: 0, value, wallMs: step }));

    /** Of the run "long". */
    async function longBundle(): Promise<string> {
      const path = folder.file("long.sqlite");
      const store = folder.open(path);
      store.saveMachine(machine);
      store.createRun({ ...notebookRun, id: "long" });
      store.addMetrics("long", points(1));
      store.addCell("long", cell(1));
      const at = "2026-11-23T05:00:00.000Z";
      store.finishRun("long", { status: "finished", summary: {}, failure: null, finishedAt: at });
      store.close();
      const reader = readerOf(path);
      await exportBundle(reader, ["long"], folder.file("long.json"), { weights: false, gzip: false });
      reader.close();
      return folder.file("long.json");
    }
    const counted = (sql: string): number => {
      const db = connect(folder.file("to.sqlite"), { nativeBinding, readOnly: true });
      const { n } = db.prepare<{ n: number }>(sql).get() ?? { n: -1 };
      db.close();
      return n;
    };
    const allPoints = (): number => counted("SELECT count(*) AS n FROM point");
    const damage = (): string[] => {
      const db = connect(folder.file("to.sqlite"), { nativeBinding, readOnly: true });
      const found = findDamage(db);
      db.close();
      return found;
    };

    test("another program writes in between, and nobody sees the run before it is whole", async () => {
      const taken = await read(await longBundle(), { lockedMs: 0 });
      const other = connect(folder.file("to.sqlite"), { nativeBinding, busyTimeoutMs: 0 });
      let parts = 0;
      for (let over = false; !over; parts++) {
        ({ over } = taken.takePart());
        other.exec("BEGIN IMMEDIATE; UPDATE run SET notes = notes || 'x' WHERE id = 'kept'; COMMIT");
        // A series of somebody else meanwhile is not mixed up with those that arrive.
        if (parts === 1)
          other.exec(
            "INSERT INTO series (run_id, name, points, last_position) VALUES ('kept', 'other', 0, -1)",
          );
        const { runs } = content();
        const { n: whole } = other
          .prepare<{ n: number }>(
            "SELECT count(*) AS n FROM point JOIN series ON series.id = series_id WHERE run_id = 'long'",
          )
          .get()!;
        expect([runs.includes("long"), whole]).toEqual(runs.includes("long") ? [true, POINTS] : [false, 0]);
        expect(damage()).toEqual([]);
      }
      other.close();
      taken.close();
      expect(parts).toBeGreaterThan(3);
      const reader = readerOf(folder.file("to.sqlite"));
      expect(reader.getRun("kept").run.notes).toBe("x".repeat(parts));
      expect(reader.getMetrics("long")).toEqual(points(1));
      expect(reader.getRun("long").cells).toHaveLength(1);
      expect(reader.unownedNames()).toEqual([]);
      reader.close();
    });

    test("given up, or left by a process that was killed, nothing of it stays", async () => {
      const path = await longBundle();
      const before = content();
      const cancelled = await read(path, { lockedMs: 0 });
      cancelled.takePart();
      cancelled.takePart();
      expect(allPoints()).toBeGreaterThan(before.points.length);
      while (!cancelled.giveUpPart().over);
      cancelled.close();
      expect(content()).toEqual(before);
      expect(counted("SELECT count(*) AS n FROM series")).toBe(1);

      const killed = await read(path, { lockedMs: 0 });
      killed.takePart();
      killed.takePart();
      killed.close();
      expect(content().runs).toEqual(["kept"]);
      const store = folder.open(folder.file("to.sqlite"));
      expect(store.unownedNames()).toHaveLength(1);
      expect(store.listRuns().map(({ id }) => id)).toEqual(["kept"]);
      store.close();
      // The next import removes what was left, and brings its own.
      expect((await take(path)).added).toEqual(["long"]);
      expect(allPoints()).toBe(POINTS + 1);
      expect(damage()).toEqual([]);
    });

    test("the unfinished run whose place it takes is there until then, and all of it is gone afterwards", async () => {
      const store = folder.open(folder.file("to.sqlite"));
      store.createRun({ ...notebookRun, id: "long" });
      store.addMetrics("long", points(2));
      store.addCell("long", cell(2));
      const taken = await read(await longBundle(), { lockedMs: 0 });
      for (let over = false; !over;) {
        ({ over } = taken.takePart());
        const [first, ...more] = new Set(store.getMetrics("long").map(({ value }) => value));
        expect([first, more]).toEqual([store.getRun("long").run.status === "finished" ? 1 : 2, []]);
      }
      taken.close();
      expect(store.getRun("long").cells).toHaveLength(1);
      expect(store.unownedNames()).toEqual([]);
      store.close();
      expect(allPoints()).toBe(POINTS + 1);
      expect(damage()).toEqual([]);
    });
  });

  test("weights are kept only with their runs", async () => {
    const lines = await bundle();
    const weights = { run: "second", file: "final.safetensors", base64: "AQID" };
    const spoilt = structuredClone(lines);
    spoilt.splice(-1, 0, weights as never);
    inTable("event", "kind", "exploded")(spoilt);
    expect(await imported(spoilt)).toContain("Nothing was imported");
    expect(existsSync(join(folder.file("to-checkpoints"), "second"))).toBe(false);
    lines.splice(-1, 0, weights as never);
    expect(await imported(lines)).toBe("first second");
    const file = join(folder.file("to-checkpoints"), "second", "final.safetensors");
    expect([...readFileSync(file)]).toEqual([1, 2, 3]);
  });

  test("a folder in place of the file is refused", async () => {
    mkdirSync(folder.file("folder.json"));
    await expect(take(folder.file("folder.json"))).rejects.toThrow("got a folder");
  });
});

describe("a run whose row cannot be read (issue 14, 26)", () => {
  const spoil = (sql: string): void => {
    const db = connect(folder.file("to.sqlite"), { nativeBinding });
    db.exec(sql);
    db.close();
  };

  test.each([
    ["settings", "config = '[1]'"],
    ["tags", "tags = '{}'"],
    ["kind", "kind = 'odd'"],
    ["startedAt", "started_at = 'yesterday'"],
    ["archivedAt", "archived_at = 'once'"],
  ])("is shown as such beside the others, and can be deleted: %s", (what, assignment) => {
    const store = folder.open(folder.file("to.sqlite"));
    store.createRun({ ...notebookRun, id: "bad" });
    spoil(`UPDATE run SET ${assignment}, status = 'finished' WHERE id = 'bad'`);
    expect(content().runs).toEqual(["bad", "kept"]);
    expect(store.listRuns().map(({ id }) => id)).toEqual(["kept"]);
    const listed = store.findListed("bad")!;
    expect(listed).toMatchObject({ kind: "unreadable", name: `unreadable: ${notebookRun.name}` });
    expect(listed.failure).toContain(what);
    expect(() => store.getRun("bad")).toThrow("cannot be read");
    expect(() => store.changeRuns(["bad"], { name: "new" })).toThrow("cannot be read");
    expect(store.changeRuns(["bad", "kept"], { archived: true }).map(({ id }) => id)).toEqual([
      "bad",
      "kept",
    ]);
    store.changeRuns(["bad"], { deleted: true });
    expect(store.expiredRuns(new Date("2036-01-01T00:00:00Z"))).toEqual(["bad"]);
    store.changeRuns(["bad"], { deleted: false });
    store.close();
  });

  test("a view that cannot be read shows all runs, beside the others", () => {
    const store = folder.open(folder.file("to.sqlite"));
    store.views.save({ ...DEFAULT_VIEW, name: "good", query: "lr>1" });
    store.views.save({ ...DEFAULT_VIEW, name: "spoilt", query: "lr>2" });
    spoil("UPDATE saved_view SET view = '[]' WHERE name = 'spoilt'");
    expect(store.views.list().map(({ name, query }) => [name, query])).toEqual([
      ["good", "lr>1"],
      ["spoilt", ""],
    ]);
  });
});

test("with at most so many points a series keeps its first, last, lowest and highest, and its key numbers", async () => {
  const path = folder.file("long.sqlite");
  const store = folder.open(path);
  store.saveMachine(machine);
  store.createRun({ ...notebookRun, id: "long" });
  const values = Array.from({ length: 5_000 }, (_, i) =>
    i === 1_234 ? 99 : i === 4_321 ? -99 : Math.sin(i),
  );
  store.addMetrics(
    "long",
    values.map((value, step) => ({ name: "loss", step, epoch: 0, value, wallMs: step })),
  );
  store.addMetrics("long", [{ name: "validLoss", step: 0, epoch: 0, value: 1, wallMs: 0 }]);
  const at = "2026-11-23T05:00:00.000Z";
  store.finishRun("long", { status: "finished", summary: {}, failure: null, finishedAt: at });
  store.close();
  const reader = readerOf(path);
  await exportBundle(reader, ["long"], folder.file("thin.json"), {
    weights: false,
    gzip: false,
    points: 100,
  });
  reader.close();
  folder.open(folder.file("thin.sqlite")).close();
  await take(folder.file("thin.json"), { path: folder.file("thin.sqlite") });
  const db = connect(folder.file("thin.sqlite"), { nativeBinding });
  const series = db
    .prepare<Record<string, number>>("SELECT points, last, minimum, maximum FROM series WHERE name = 'loss'")
    .get();
  const points = db
    .prepare<{ step: number; value: number }>(
      "SELECT step, value FROM point WHERE series_id = (SELECT id FROM series WHERE name = 'loss') ORDER BY position",
    )
    .all();
  db.close();
  expect(points.length).toBeLessThanOrEqual(100);
  expect(points.length).toBeGreaterThan(90);
  expect(series).toEqual({ points: points.length, last: values.at(-1), minimum: -99, maximum: 99 });
  expect([points[0]?.step, points.at(-1)?.step]).toEqual([0, 4_999]);
  // Points as they were recorded, never averages.
  expect(points.map(({ value }) => value)).toEqual(points.map(({ step }) => values[step]));
});
