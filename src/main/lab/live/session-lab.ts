import { ContractError, TaskError } from "../../../core/errors.ts";
import { errorOf } from "../../../core/thrown.ts";
import { documentRunReportSchema, type DocumentRunReport } from "../../../shared/experiments/document-run.ts";
import type { LabDocument } from "../../../shared/documents/lab-document.ts";
import { writeLabDocument } from "../../../shared/documents/write-lab-document.ts";
import type { LiveSettings } from "../../../shared/live/live-settings.ts";
import type {
  CellStanding,
  LiveForecast,
  LiveSelection,
  LiveSession,
  LiveState,
} from "../../../shared/live/live-session.ts";
import type { NotebookPart } from "../../../shared/live/notebook-part.ts";
import type { CellOutputRecord } from "../../store/tables/document-output-table.ts";
import type { LabServices } from "../activity/experiment.ts";
import { ExperimentCancelled } from "../activity/experiment-cancelled.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import type { DocumentLibrary } from "../documents/document-library.ts";
import { DocumentRunRecord } from "./document-run-record.ts";
import { DocumentSession } from "./document-session.ts";
import { judgeCell } from "./judge-cell.ts";
import { lastPeakBytes } from "./last-peak.ts";
import type { LiveLab } from "./live-lab.ts";
import { notebookParts } from "./notebook-parts.ts";
import { PlannedDocument } from "./planned-document.ts";
import type { DocumentListener, DocumentRun } from "./run-document.ts";
import { phaseOf } from "./serve-check.ts";

export interface SessionLabServices {
  readonly live: LiveLab;
  readonly services: LabServices;
  readonly supervisor: RunSupervisor;
  readonly library: DocumentLibrary;
}

interface OfDocument {
  readonly documentId: string;
}
interface OfCells extends OfDocument {
  /** Null: all of them. */
  readonly cells: readonly string[] | null;
}
interface WithText extends OfDocument {
  readonly text: string;
}
interface WithSelection extends WithText {
  readonly selection: LiveSelection;
}

/** Runs the cells of documents that are open in the window; each has a sandbox of its own. */
export class SessionLab {
  readonly #given: SessionLabServices;
  readonly #sessions = new Map<string, DocumentSession>();
  /** By document and cell, what was cleared last. */
  readonly #cleared = new Map<string, Map<string, CellOutputRecord>>();

  constructor(given: SessionLabServices) {
    this.#given = given;
  }

  /** Where the cells stand, what they gave last and what the sandbox holds. Starts no sandbox. */
  async get({ documentId, text }: WithText): Promise<LiveSession> {
    const found = this.#sessions.get(documentId);
    found?.read(text);
    const session = found ?? (await this.#openInParts(documentId, text));
    const { store } = this.#given.services;
    return {
      state: session.state(),
      cells: session.standings(),
      stored: store.documents.outputs(documentId).map((record) => ({
        ...record,
        current: session.planned.hashOf(record.cell) === record.hash,
      })),
      variables: [...session.variables],
    };
  }

  standings({ documentId, text }: WithText): CellStanding[] {
    return this.#session(documentId, text).standings();
  }

  forecast({ documentId, text, selection }: WithSelection): LiveForecast {
    return this.#session(documentId, text).forecast(selection);
  }

  /**
   * Starts, and answers when the first cell is about to run. All cells are a run in the database.
   *
   * @throws {ContractError} If another activity is on, the document is a stranger's, or a name stands above its
   * definition.
   */
  async run({
    documentId,
    text,
    selection,
  }: WithSelection): Promise<{ readonly cells: string[]; readonly runId: string | null }> {
    this.#given.library.requireTrusted(documentId);
    const session = this.#session(documentId, text);
    if (selection.kind === "all") return this.#runAll(session);
    const going = session.busy;
    if (!going) this.#requireIdle();
    const cells = [...session.enqueue(selection)];
    if (!going && cells.length > 0) await this.#begin(session);
    return { cells, runId: null };
  }

  stop({ documentId }: OfDocument): void {
    this.#sessions.get(documentId)?.stop();
  }

  /** Whatever runs. */
  stopAll(): void {
    for (const session of this.#sessions.values()) session.stop();
  }

  async restart({ documentId }: OfDocument): Promise<LiveState> {
    const session = this.#sessions.get(documentId);
    if (session === undefined) throw new ContractError("This notebook is not open");
    await session.restart();
    return session.state();
  }

  /** The document was closed; its sandbox ends. */
  async close({ documentId }: OfDocument): Promise<void> {
    const session = this.#sessions.get(documentId);
    this.#sessions.delete(documentId);
    session?.stop();
    await session?.close();
  }

  /** Activations and losses that cells of notebooks have defined, the newest first. @throws {StoreError} */
  parts(): NotebookPart[] {
    return notebookParts(
      this.#given.services.store.documents,
      (id) => this.#sessions.get(id)?.planned ?? null,
    );
  }

  /** Forgets what cells gave. @throws {StoreError} */
  clearOutputs({ documentId, cells }: OfCells): void {
    const { documents } = this.#given.services.store;
    const records = documents.outputs(documentId).filter(({ cell }) => cells?.includes(cell) ?? true);
    documents.clearOutputs(documentId, cells);
    const cleared = this.#cleared.get(documentId) ?? new Map<string, CellOutputRecord>();
    for (const record of records) cleared.set(record.cell, record);
    this.#cleared.set(documentId, cleared);
  }

  /** Brings back what was cleared of cells that have given nothing since. @throws {StoreError} */
  restoreOutputs({ documentId, cells }: OfCells): void {
    const cleared = this.#cleared.get(documentId) ?? new Map<string, CellOutputRecord>();
    const records = [...cleared.values()].filter(({ cell }) => cells?.includes(cell) ?? true);
    this.#given.services.store.documents.restoreOutputs(documentId, records);
    for (const { cell } of records) cleared.delete(cell);
  }

  /**
   * Runs a whole notebook from a file as a run in the database.
   *
   * @throws {ContractError} If another activity is on or a name is used above its definition. @throws {StoreError}
   * @throws {TaskError} If it ended before a cell could run.
   */
  async runSaved(
    { document, settings }: { readonly document: LabDocument; readonly settings: LiveSettings },
    listener: DocumentListener,
  ): Promise<DocumentRun & { readonly runId: string }> {
    const { live, supervisor, services } = this.#given;
    const { store } = services;
    live.requireThreads(settings);
    const planned = PlannedDocument.of(writeLabDocument(document), null);
    const ids = planned.cells.map(({ id }) => id);
    planned.requireOrder(ids);
    const record = new DocumentRunRecord(planned, settings);
    let ran: DocumentRun | null = null;
    const create = record.newRun();
    const { runId, done } = supervisor.start(
      document.header.title,
      { create },
      async (id, activity) => {
        const began = new Map<string, string>();
        const onCell: DocumentListener["onCell"] = (cell, place) => {
          began.set(cell.id, new Date().toISOString());
          listener.onCell?.(cell, place);
        };
        const onEnd: DocumentListener["onEnd"] = (end) => {
          const judged = judgeCell(document.header.judge, settings.rows, end.result);
          const at = began.get(end.cell.id) ?? new Date().toISOString();
          record.addCell(store, id, { cell: end.cell.id, result: end.result, judged, at });
          listener.onEnd?.(end);
        };
        const request = { document, settings, cells: null };
        ran = await live.runWithin(activity, request, { ...listener, onCell, onEnd });
        const left = ran.left.map((cell) => cell.id);
        record.saveReport(store, id, left);
        activity.checkpoint();
      },
      () => record.summary(),
      lastPeakBytes(store, create),
    );
    const { failure } = await done;
    // It is set within the run, which the compiler cannot see.
    const finished = ran as DocumentRun | null;
    if (finished === null) throw new TaskError(failure ?? "The notebook was not run");
    return { ...finished, runId };
  }

  /** What a run of a whole notebook has left; null of one that was saved before notebooks were documents. */
  report({ runId }: { readonly runId: string }): {
    readonly runId: string;
    readonly report: DocumentRunReport | null;
  } {
    const { store } = this.#given.services;
    if (!store.hasReport(runId)) return { runId, report: null };
    return { runId, report: store.getReport(runId, "notebook", documentRunReportSchema).report };
  }

  async closeAll(): Promise<void> {
    this.stopAll();
    await Promise.all([...this.#sessions.values()].map((session) => session.close()));
    this.#sessions.clear();
  }

  /** Runs the queue as the lab's one activity. @returns When it has begun; what fails later is told as a failure. */
  async #begin(session: DocumentSession): Promise<void> {
    const { supervisor, services } = this.#given;
    const title = session.planned.document.header.title;
    await new Promise<void>((begun, refused) => {
      let hasBegun = false;
      const done = supervisor.work("notebook", title, async (activity) => {
        hasBegun = true;
        begun();
        await session.drain({
          onCell: (cell) => {
            activity.phase(session.planned.nameOf(cell));
          },
          onForecast: (cell, words) => {
            activity.phase(phaseOf(session.planned.nameOf(cell), words));
          },
        });
      });
      done.catch((thrown: unknown) => {
        const error = errorOf(thrown);
        session.forgetQueue();
        if (!hasBegun) refused(error);
        else if (!(error instanceof ExperimentCancelled)) {
          const payload = { title: `Cells of ${title} were not run`, message: error.message };
          services.emit({ name: "failure", payload });
        }
      });
    });
  }

  async #runAll(
    session: DocumentSession,
  ): Promise<{ readonly cells: string[]; readonly runId: string | null }> {
    if (session.busy)
      throw new ContractError("Cells of this notebook are running; stop them or wait for them");
    this.#requireIdle();
    session.planned.requireOrder(session.planned.cells.map(({ id }) => id));
    await session.restart();
    const { supervisor, services } = this.#given;
    const { store } = services;
    const cells = session.planned.cells.map(({ id }) => id);
    if (store.readOnly) {
      session.enqueue({ kind: "all" });
      await this.#begin(session);
      return { cells, runId: null };
    }
    const record = new DocumentRunRecord(session.planned, session.settings);
    const create = record.newRun();
    const started = supervisor.start(
      session.planned.document.header.title,
      { create },
      async (runId, activity) => {
        session.isRun(runId);
        session.enqueue({ kind: "all" });
        const ran = new Set<string>();
        try {
          const { failed, stopped } = await session.drain({
            onCell: (cell) => {
              activity.phase(session.planned.nameOf(cell));
              activity.progress(ran.size / cells.length);
            },
            onForecast: (cell, words) => {
              activity.phase(phaseOf(session.planned.nameOf(cell), words));
            },
            onEnd: (ended) => {
              ran.add(ended.cell);
              record.addCell(store, runId, ended);
            },
          });
          if (stopped) throw new ExperimentCancelled("stopped");
          if (!failed && ran.size === cells.length) session.wasReproduced(runId);
        } finally {
          record.saveReport(
            store,
            runId,
            cells.filter((id) => !ran.has(id)),
          );
          session.ended();
        }
      },
      () => record.summary(),
      lastPeakBytes(store, create),
    );
    return { cells, runId: started.runId };
  }

  #session(documentId: string, text: string): DocumentSession {
    const found = this.#sessions.get(documentId);
    if (found === undefined) return this.#open(documentId, PlannedDocument.of(text, null));
    found.read(text);
    return found;
  }

  async #openInParts(documentId: string, text: string): Promise<DocumentSession> {
    const planned = await PlannedDocument.inParts(text);
    // A call with a later text may have opened it meanwhile.
    return this.#sessions.get(documentId) ?? this.#open(documentId, planned);
  }

  #open(documentId: string, planned: PlannedDocument): DocumentSession {
    const { live, services } = this.#given;
    const session = new DocumentSession(documentId, planned, {
      openKernel: (settings) => live.openWithin(settings),
      threads: services.engine.workers,
      emit: services.emit,
      save: (id, record) => {
        if (!services.store.readOnly) services.store.documents.saveOutput(id, record);
      },
    });
    this.#sessions.set(documentId, session);
    return session;
  }

  #requireIdle(): void {
    const active = this.#given.supervisor.state();
    if (active === null) return;
    throw new ContractError(
      `"${active.title}" is still running; cancel it or wait for it, then run the cell again`,
    );
  }
}
