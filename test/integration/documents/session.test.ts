import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { TaskError } from "../../../src/core/errors.ts";
import type { LabEvent } from "../../../src/main/lab/activity/experiment.ts";
import { Sandbox } from "../../../src/main/lab/live/sandbox.ts";
import { connect } from "../../../src/main/store/open/database.ts";
import { readLabDocument } from "../../../src/shared/documents/read-lab-document.ts";
import type { IpcEvent, IpcEventName } from "../../../src/shared/ipc/ipc-contract.ts";
import type { LiveSelection } from "../../../src/shared/live/live-session.ts";
import { DEFAULT_VIEW } from "../../../src/shared/runs/run-table.ts";
import { openTestLab, type TestLab } from "../lab/open-test-lab.ts";

let test1: TestLab;
let events: LabEvent[] = [];
let count = 0;
beforeAll(async () => {
  test1 = await openTestLab(2);
  test1.lab.subscribe((event) => events.push(event));
});
afterAll(() => test1.close());
beforeEach(() => {
  events = [];
});

const cells = (...sources: readonly string[]): string =>
  [
    "// lab notebook 1 · title: Mine · seed: 42 · threads: 2 · rows: 500",
    ...sources.flatMap((source, at) => [`// %% code id=c${at + 1}`, source]),
    "",
  ].join("\n");

const named = <N extends IpcEventName>(name: N): IpcEvent<N>[] =>
  // The name says which payload it is.
  events.filter((event) => event.name === name).map(({ payload }) => payload as IpcEvent<N>);

/** A document of the library with this text. */
async function create(text: string): Promise<string> {
  const title = `Mine ${++count}`;
  const { id } = await test1.lab.documents.create({ from: { kind: "text", text }, title });
  return id;
}

/** Runs and waits until nothing of the document runs any more. */
async function run(documentId: string, text: string, selection: LiveSelection) {
  const begun = await test1.lab.session.run({ documentId, text, selection });
  await expect.poll(() => test1.lab.activity.state()).toBeNull();
  return begun;
}

const get = (documentId: string, text: string) => test1.lab.session.get({ documentId, text });
const statesOf = async (documentId: string, text: string) =>
  (await get(documentId, text)).cells.map(({ state, because }) =>
    because === "" ? state : `${state}: ${because}`,
  );

test("a cell runs with what it needs; an edit makes what follows stale; comments change nothing", async () => {
  const text = cells("const a = 2;", "const b = a * 3;", "print(b);", "print('apart');");
  const id = await create(text);
  expect(await statesOf(id, text)).toStrictEqual(["never run", "never run", "never run", "never run"]);
  const selection: LiveSelection = { kind: "cells", ids: ["c3"], withNeeds: true };
  expect(test1.lab.session.forecast({ documentId: id, text, selection })).toStrictEqual({
    cells: ["c1", "c2", "c3"],
    lastMs: null,
  });
  const begun = await run(id, text, selection);
  expect(begun).toStrictEqual({ cells: ["c1", "c2", "c3"], runId: null });
  expect(named("sessionOutput")).toStrictEqual([
    { documentId: id, cell: "c3", output: { kind: "text", text: "6" } },
  ]);
  expect(named("sessionCellEnded").map(({ stored }) => [stored.cell, stored.current])).toStrictEqual([
    ["c1", true],
    ["c2", true],
    ["c3", true],
  ]);
  expect(await statesOf(id, text)).toStrictEqual(["fresh", "fresh", "fresh", "never run"]);
  const commented = cells("const a = 2; // two", "const b = a * 3;", "print(b);", "print('apart');");
  expect(await statesOf(id, commented)).toStrictEqual(["fresh", "fresh", "fresh", "never run"]);
  const edited = cells("const a = 5;", "const b = a * 3;", "print(b);", "print('apart');");
  expect(await statesOf(id, edited)).toStrictEqual(["changed", "stale: a", "stale: a", "never run"]);
  expect((await get(id, edited)).stored.map(({ cell, current }) => [cell, current])).toStrictEqual([
    ["c1", false],
    ["c2", false],
    ["c3", false],
  ]);
  await run(id, edited, { kind: "stale" });
  expect(await statesOf(id, edited)).toStrictEqual(["fresh", "fresh", "fresh", "never run"]);
  expect(named("sessionOutput").at(-1)?.output).toStrictEqual({ kind: "text", text: "15" });
});

test("variables are told with shape, memory and writer; what a run changes in place is known", async () => {
  const text = cells(
    "let w = zeros(3, 4); const lr = 0.5; class Layer { w = zeros(2) }; const layer = new Layer();",
    "w.add_(1); w.g = ones(3, 4); layer.w = ones(2);",
    "print(w.sum().item(), layer.w.sum().item());",
    "function f(x: Tensor) { return x; } const losses = [1, 2]; const name = 'relu';",
  );
  const id = await create(text);
  await run(id, text, { kind: "cells", ids: ["c1", "c2", "c3", "c4"], withNeeds: true });
  const { variables } = await get(id, text);
  expect(variables.find(({ name }) => name === "w")).toStrictEqual({
    name: "w",
    kind: "tensor",
    shape: [3, 4],
    dtype: "float32",
    bytes: 48,
    gradient: true,
    text: "float32 (3, 4)",
    cell: "c2",
  });
  expect(
    Object.fromEntries(
      variables.map(({ name, kind, text: said, cell }) => [name, `${kind} ${said} ${cell}`]),
    ),
  ).toStrictEqual({
    w: "tensor float32 (3, 4) c2",
    lr: "number 0.5 c1",
    Layer: "class  c1",
    layer: "object 1 fields c2",
    f: "function  c4",
    losses: "list 2 items c4",
    name: 'text "relu" c4',
  });
  // Run once more, the first cell takes away what the second one did.
  await run(id, text, { kind: "cells", ids: ["c1"], withNeeds: false });
  expect(await statesOf(id, text)).toStrictEqual(["fresh", "stale: w", "stale: w", "fresh"]);
});

test("a failed cell ends the queue, a failed check does not; Stop keeps the variables", async () => {
  const text = cells(
    "const a = 1;",
    "throw new RangeError('no');",
    "print(a);",
    "const x = ones(2); check(() => { x.g = zeros(2); return x.sum(); }, { x });",
    "for (;;) {}",
  );
  const id = await create(text);
  await run(id, text, { kind: "cells", ids: ["c1", "c2", "c3"], withNeeds: false });
  expect((await statesOf(id, text)).slice(0, 3)).toStrictEqual(["fresh", "failed", "never run"]);
  await run(id, text, { kind: "cells", ids: ["c4", "c3"], withNeeds: false });
  expect((await statesOf(id, text)).slice(2, 4)).toStrictEqual(["fresh", "failed"]);
  await test1.lab.session.run({
    documentId: id,
    text,
    selection: { kind: "cells", ids: ["c5"], withNeeds: false },
  });
  await test1.lab.session.run({
    documentId: id,
    text,
    selection: { kind: "cells", ids: ["c3"], withNeeds: false },
  });
  await expect.poll(async () => (await get(id, text)).state.running?.cell).toBe("c5");
  expect((await get(id, text)).state.queued).toStrictEqual(["c3"]);
  test1.lab.session.stop({ documentId: id });
  await expect.poll(() => test1.lab.activity.state()).toBeNull();
  expect((await get(id, text)).stored.find(({ cell }) => cell === "c5")?.result.error?.kind).toBe("stopped");
  expect((await get(id, text)).variables.map(({ name }) => name)).toContain("a");
  expect((await get(id, text)).state).toMatchObject({ kernel: "ready", stopping: false, queued: [] });
});

test("the activity's cancel stops the cell and forgets the queue", async () => {
  const text = cells("for (;;) {}", "print(1);");
  const id = await create(text);
  await test1.lab.session.run({
    documentId: id,
    text,
    selection: { kind: "cells", ids: ["c1", "c2"], withNeeds: false },
  });
  await expect.poll(async () => (await get(id, text)).state.running?.cell).toBe("c1");
  test1.lab.activity.cancel();
  await expect.poll(() => test1.lab.activity.state()).toBeNull();
  expect(await statesOf(id, text)).toStrictEqual(["failed", "never run"]);
});

test("all cells in a fresh sandbox are a run in the database, with text, outputs, timings and checks", async () => {
  const text = cells(
    "const a = 1;",
    "const x = ones(2); check(() => { x.g = ones(2); return x.sum(); }, { x });",
    "const t = time(() => x.add(1)); show({ t, a });",
  );
  const id = await create(text);
  await run(id, text, { kind: "cells", ids: ["c1"], withNeeds: false });
  const { runId } = await run(id, text, { kind: "all" });
  if (runId === null) throw new Error("no run");
  const { run: summary, cells: rows, timings, gradientChecks } = test1.lab.runs.get({ runId });
  expect(summary).toMatchObject({
    kind: "notebook",
    name: "Mine",
    status: "finished",
    threads: 2,
    rows: 500,
    summary: { cells: 3, failed: 0, checks: 1, checksFailed: 0 },
  });
  expect(rows.map(({ cell, verdict }) => [cell, verdict])).toStrictEqual([
    ["c1", "measured"],
    ["c2", "measured"],
    ["c3", "measured"],
  ]);
  expect(timings.length).toBeGreaterThan(0);
  expect(gradientChecks).toMatchObject([{ tensor: "x", passed: true, reference: "float64" }]);
  const { report } = test1.lab.session.report({ runId });
  expect(report?.text).toContain("const a = 1;");
  expect(report?.cells.map(({ result }) => result.error)).toStrictEqual([null, null, null]);
  expect((await get(id, text)).state.reproduced).toBe(runId);
  expect((await get(id, text)).stored.every(({ runId: of }) => of === runId)).toBe(true);
  expect((await get(id, cells("const a = 2;"))).state.reproduced).toBeNull();
});

test("a saved run is found, compared and handed on with its text and what was shown; a cell reads it", async () => {
  const text = cells("show({ loss: 0.25 });", "print('shown');");
  const id = await create(text);
  const { runId } = await run(id, text, { kind: "all" });
  const { lab, folder } = test1;
  const first = runId ?? "";
  expect(await lab.runs.find("kind:notebook document:mine", "all")).toContain(first);
  const { runId: again } = await run(id, text, { kind: "all" });
  const compared = await lab.runs.compare({ runIds: [first, again ?? ""] });
  expect(compared.runs.map((one) => one.id)).toStrictEqual([first, again]);
  const path = join(folder, "bundle.json");
  await lab.runs.export({ what: "bundle", runIds: [first], path });
  const other = await openTestLab(1);
  try {
    await other.lab.runs.import(path);
    expect(other.lab.session.report({ runId: first })).toStrictEqual(lab.session.report({ runId: first }));
    expect(other.lab.runs.get({ runId: first }).cells).toStrictEqual(lab.runs.get({ runId: first }).cells);
  } finally {
    await other.close();
  }
  const reader = cells(
    "const [run] = runs('kind:notebook document:mine'); print(run.name, run.summary.cells);",
  );
  const readerId = await create(reader);
  await run(readerId, reader, { kind: "cells", ids: ["c1"], withNeeds: true });
  expect(named("sessionOutput").at(-1)?.output).toStrictEqual({ kind: "text", text: "Mine 2" });
  const wrong = cells("runs('kind:');", "runs('kind:notebook')[0]?.curve('loss');");
  const wrongId = await create(wrong);
  await run(wrongId, wrong, { kind: "cells", ids: ["c2"], withNeeds: true });
  const failure = (await get(wrongId, wrong)).stored.find(({ cell }) => cell === "c2")?.result.error;
  expect(failure?.message).toContain('has no metric "loss"; it has no metrics');
});

test("a notebook from a file is a saved run too; a failing cell ends it, and it is kept", async () => {
  const { document } = readLabDocument("x", cells("const a = 1;", "show({ a });", "nothing();", "print(1);"));
  const settings = { seed: 1, threads: 2, rows: 100, limitMs: null };
  const said: string[] = [];
  const ran = await test1.lab.session.runSaved(
    { document, settings },
    { onEnd: ({ cell }) => said.push(cell.id) },
  );
  expect(said).toStrictEqual(["c1", "c2", "c3"]);
  expect(ran.left.map(({ id }) => id)).toStrictEqual(["c4"]);
  const { run: saved, cells: rows } = test1.lab.runs.get({ runId: ran.runId });
  expect(saved).toMatchObject({ status: "finished", config: { seed: 1 }, summary: { cells: 3, failed: 1 } });
  expect(rows[1]?.measured).toStrictEqual({ a: 1 });
  expect(test1.lab.session.report({ runId: ran.runId }).report?.left).toStrictEqual(["c4"]);
});

test("a failed run says so, and what did not run is named", async () => {
  const text = cells("const a = 1;", "undefinedName();", "print(a);");
  const id = await create(text);
  const { runId } = await run(id, text, { kind: "all" });
  expect(test1.lab.runs.get({ runId: runId ?? "" }).run.summary).toMatchObject({ cells: 2, failed: 1 });
  expect(test1.lab.session.report({ runId: runId ?? "" }).report?.left).toStrictEqual(["c3"]);
  expect((await get(id, text)).state.reproduced).toBeNull();
});

test("what came from elsewhere does not run before somebody says so; a name above its definition neither", async () => {
  const text = cells("print(later);", "const later = 1;");
  const [imported] = await test1.lab.documents.importFiles([{ name: "theirs.lab.ts", text }]);
  const id = imported.kind === "imported" ? imported.entry.id : "";
  const selection: LiveSelection = { kind: "cells", ids: ["c2"], withNeeds: true };
  await expect(test1.lab.session.run({ documentId: id, text, selection })).rejects.toThrow(
    "came from elsewhere",
  );
  test1.lab.documents.trust({ id });
  await run(id, text, selection);
  await expect(
    test1.lab.session.run({
      documentId: id,
      text,
      selection: { kind: "cells", ids: ["c1"], withNeeds: true },
    }),
  ).rejects.toThrow("only defined below it");
  expect((await get(id, text)).cells[0]?.tooEarly).toStrictEqual([{ name: "later", definedIn: "c2" }]);
});

test("outputs are kept with the document for the next start, and can be forgotten", async () => {
  const text = cells("show({ nan: NaN, minus: -Infinity });");
  const id = await create(text);
  await run(id, text, { kind: "cells", ids: ["c1"], withNeeds: false });
  await test1.lab.session.close({ documentId: id });
  const again = await get(id, text);
  expect(again.state.kernel).toBe("none");
  expect(again.cells[0]?.state).toBe("never run");
  expect(again.stored[0]).toMatchObject({ cell: "c1", current: true });
  expect(again.stored[0]?.result.outputs).toMatchObject([
    {
      kind: "show",
      values: [
        { name: "nan", value: NaN },
        { name: "minus", value: -Infinity },
      ],
    },
  ]);
  test1.lab.session.clearOutputs({ documentId: id, cells: null });
  expect((await get(id, text)).stored).toStrictEqual([]);
});

test("outputs that were cleared come back, but for a cell that has run since", async () => {
  const text = cells("print('old');", "print('kept');", "print('never cleared');");
  const id = await create(text);
  await run(id, text, { kind: "all" });
  const before = (await get(id, text)).stored;
  const of = { documentId: id, cells: ["c1", "c2"] };
  test1.lab.session.clearOutputs(of);
  expect((await get(id, text)).stored).toStrictEqual(before.slice(2));
  const edited = text.replace("old", "new");
  await run(id, edited, { kind: "cells", ids: ["c1"], withNeeds: false });
  const newer = (await get(id, edited)).stored.find(({ cell }) => cell === "c1");
  test1.lab.session.restoreOutputs(of);
  expect((await get(id, edited)).stored).toStrictEqual([...before.slice(1), newer]);
});

test("a sandbox that cannot start is told, and leaves no queue; the next run has one", async () => {
  const text = cells("print(1);", "print(2);");
  const id = await create(text);
  const start = vi.spyOn(Sandbox, "start").mockRejectedValueOnce(new TaskError("The sandbox cannot start"));
  const selection: LiveSelection = { kind: "cells", ids: ["c1", "c2"], withNeeds: false };
  try {
    await run(id, text, selection);
  } finally {
    start.mockRestore();
  }
  expect(named("failure")).toMatchObject([{ message: "The sandbox cannot start" }]);
  expect((await get(id, text)).state).toMatchObject({ kernel: "none", queued: [], stopping: false });
  await run(id, text, selection);
  expect(await statesOf(id, text)).toStrictEqual(["fresh", "fresh"]);
});

test("what a cell gave is shown, and the next one runs, where it cannot be kept", async () => {
  const text = cells("print(1);", "print(2);");
  const id = await create(text);
  const db = connect(join(test1.folder, "lab.sqlite"), {
    nativeBinding: process.env["BACKPROP_LAB_NATIVE_BINDING"] ?? null,
  });
  db.exec(
    "CREATE TRIGGER full BEFORE INSERT ON document_output BEGIN SELECT RAISE(ABORT, 'disk is full'); END",
  );
  try {
    await run(id, text, { kind: "cells", ids: ["c1", "c2"], withNeeds: false });
  } finally {
    db.exec("DROP TRIGGER full");
    db.close();
  }
  expect(named("sessionCellEnded").map(({ stored }) => stored.cell)).toStrictEqual(["c1", "c2"]);
  expect(named("failure").map(({ message }) => message.includes("disk is full"))).toStrictEqual([true, true]);
  expect((await get(id, text)).stored).toStrictEqual([]);
});

test("another seed is another sandbox", async () => {
  const text = cells("const a = randn(1).item(); print(a);", "print(a);");
  const id = await create(text);
  await run(id, text, { kind: "cells", ids: ["c1"], withNeeds: false });
  const other = text.replace("seed: 42", "seed: 43");
  await run(id, other, { kind: "cells", ids: ["c2"], withNeeds: true });
  const [first, second] = named("sessionOutput");
  expect(second.output).not.toStrictEqual(first.output);
  expect((await get(id, other)).state.generation).toBe(2);
});

test("a run that shows NaN or infinity is stored and found as that (issue 14, item 18)", async () => {
  const text = cells(
    "show({ loss: tensor([0]).log().sum().item(), fine: 1 });",
    "show({ some: tensor([1, 0]).div(tensor([1, 0])) });",
  );
  const id = await create(text);
  const { runId } = await run(id, text, { kind: "all" });
  const found = (query: string) =>
    test1.lab.runs.table({ ...DEFAULT_VIEW, query, scope: "active", offset: 0, limit: 10 });
  expect(test1.lab.runs.get({ runId: runId! }).run.summary["notFinite"]).toBe(
    "loss, loss of cell c1, some of cell c2",
  );
  expect((await found('"notFinite":"loss of cell c1"')).ids).toEqual([runId]);
  expect((await found("kind:notebook is:notFinite")).ids).toEqual([runId]);
});
