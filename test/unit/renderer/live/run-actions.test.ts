import { beforeEach, describe, expect, it, vi } from "vitest";
import type { OpenNotebook } from "../../../../src/renderer/live/document/open-notebook.ts";
import { openNotebook } from "../../../../src/renderer/live/document/notebook-edit.ts";
import type { DocumentEntry } from "../../../../src/shared/documents/document-records.ts";
import { DEFAULT_HEADER } from "../../../../src/shared/documents/lab-document.ts";
import type { StoredCell } from "../../../../src/shared/live/live-session.ts";
import { stubStorage } from "../stub-storage.ts";

const entry = (id: string, change: Partial<DocumentEntry> = {}): DocumentEntry => ({
  id,
  title: id,
  file: `/notebooks/${id}.lab.ts`,
  tags: [],
  version: 1,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
  cells: 1,
  sizeBytes: 1,
  bundled: false,
  foreign: false,
  deletedAt: null,
  problem: null,
  ...change,
});

function opened(of: DocumentEntry, source = "const a = 1;"): OpenNotebook {
  const cell = { kind: "code" as const, id: "c1", marker: "code", attributes: {}, source, metadata: null };
  const document = { header: DEFAULT_HEADER, metadata: null, cells: [cell] };
  return {
    entry: of,
    edit: openNotebook(document),
    lineEnding: "\n",
    notices: [],
    baseVersion: 1,
    save: "saved",
    savedDocument: document,
    conflict: null,
  };
}

const stored = (cell: string, text: string): StoredCell => ({
  cell,
  at: "2026-01-01T00:00:00.000Z",
  hash: text,
  current: true,
  result: {
    id: cell,
    outputs: [{ kind: "text", text }],
    error: null,
    generation: 1,
    wallMs: 1,
    operations: 0,
    flushes: 0,
    tensors: 0,
    tensorBytes: 0,
  },
  judged: null,
  runId: null,
});

const load = async () => ({
  ...(await import("../../../../src/renderer/live/document/open-notebook.ts")),
  ...(await import("../../../../src/renderer/live/kernel/session-store.ts")),
  ...(await import("../../../../src/renderer/live/kernel/run-actions.ts")),
  ...(await import("../../../../src/renderer/store/lab-store.ts")),
});

let asked: unknown[] = [];
let ok = true;
/** What happens between a question and its answer. */
let meanwhile: () => void = () => undefined;

beforeEach(() => {
  asked = [];
  ok = true;
  meanwhile = () => undefined;
  stubStorage();
  const answers = (name: string, value: unknown) => (input: unknown) => {
    asked.push([name, input]);
    meanwhile();
    const error = { code: "StoreError", message: "the disk is full" };
    return Promise.resolve(ok ? { ok, value } : { ok, error });
  };
  const lab = {
    documentsKeep: answers("keep", undefined),
    documentsSave: answers("save", { kind: "saved", entry: entry("n") }),
    documentsTrust: answers("trust", entry("n")),
    sessionRun: answers("run", { cells: [], runId: null }),
    sessionStandings: answers("standings", []),
    sessionClearOutputs: answers("clear", undefined),
    sessionRestoreOutputs: answers("restore", undefined),
  };
  vi.stubGlobal("window", { lab });
});

describe("what is changed", () => {
  it("says once that it cannot be kept against a crash, and when it is again", async () => {
    vi.useFakeTimers();
    try {
      const lab = await load();
      lab.openStore.set(opened(entry("n")));
      const shown = (): string[] => lab.labStore.get().notices.map(({ title }) => title);
      const change = async (kind: "md" | "code"): Promise<void> => {
        lab.edit({ type: "kind", cell: "c1", kind });
        await vi.advanceTimersByTimeAsync(350);
      };
      ok = false;
      await change("md");
      await change("code");
      expect(shown()).toEqual(["What you type is not kept against a crash until it is saved"]);
      ok = true;
      await change("md");
      expect(shown()).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("clearing outputs", () => {
  it("clears at once; undo brings back what has no newer result", async () => {
    const lab = await load();
    lab.openStore.set(opened(entry("n")));
    const olds = [stored("c1", "old"), stored("c2", "kept")];
    lab.sessionStore.set(olds.reduce(lab.withEnd, lab.NO_SESSION));
    await lab.clearOutputs(null);
    const of = { documentId: "n", cells: null };
    expect(asked).toEqual([["clear", of]]);
    expect(lab.sessionStore.get().results.size).toBe(0);
    lab.sessionStore.set(lab.withEnd(lab.sessionStore.get(), stored("c1", "new")));
    const notice = lab.labStore.get().notices.at(-1);
    notice?.action?.run();
    await vi.waitFor(() => expect(lab.sessionStore.get().results.size).toBe(2));
    expect(asked[1]).toEqual(["restore", of]);
    const { results } = lab.sessionStore.get();
    expect(results.get("c1")?.hash).toBe("new");
    expect(results.get("c2")?.hash).toBe("kept");
  });

  it("shows what could not be cleared", async () => {
    const lab = await load();
    lab.openStore.set(opened(entry("n")));
    lab.sessionStore.set(lab.withEnd(lab.NO_SESSION, stored("c1", "old")));
    ok = false;
    await lab.clearOutputs(["c1"]);
    expect(lab.sessionStore.get().results.get("c1")?.hash).toBe("old");
    expect(lab.labStore.get().notices.at(-1)).toMatchObject({ title: "The outputs were not cleared" });
  });
});

describe("trusting a notebook", () => {
  it("keeps what is typed meanwhile", async () => {
    const lab = await load();
    lab.openStore.set(opened(entry("n", { foreign: true })));
    meanwhile = () => {
      meanwhile = () => undefined;
      lab.openStore.set(opened(entry("n", { foreign: true }), "typed"));
    };
    await lab.trustAndRun({ kind: "stale" });
    const open = lab.openStore.get();
    expect(open?.edit.document.cells[0]?.source).toBe("typed");
    expect(open?.entry.foreign).toBe(false);
    expect(asked.at(-1)).toMatchObject(["run", { documentId: "n" }]);
  });

  it("leaves another notebook alone that was opened meanwhile", async () => {
    const lab = await load();
    lab.openStore.set(opened(entry("n", { foreign: true })));
    meanwhile = () => lab.openStore.set(opened(entry("other")));
    await lab.trustAndRun({ kind: "stale" });
    expect(lab.openStore.get()?.entry.id).toBe("other");
    expect(asked).toEqual([["trust", { id: "n" }]]);
  });
});
