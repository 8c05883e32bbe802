import { ContractError } from "../../../core/errors.ts";
import { messageOf } from "../../../core/thrown.ts";
import { EMPTY_MEMORY, rememberRun, type KernelMemory } from "../../../shared/documents/run-plan.ts";
import type { CellOutput } from "../../../shared/live/cell-output.ts";
import type { CellResult } from "../../../shared/live/cell-result.ts";
import type {
  CellStanding,
  LiveSelection,
  LiveState,
  LiveVariable,
} from "../../../shared/live/live-session.ts";
import type { LiveSettings } from "../../../shared/live/live-settings.ts";
import type { CellOutputRecord } from "../../store/tables/document-output-table.ts";
import type { LabEvent } from "../activity/experiment.ts";
import { judgeCell } from "./judge-cell.ts";
import { withPartSource } from "./part-source.ts";
import type { LiveKernel } from "./live-kernel.ts";
import { PlannedDocument } from "./planned-document.ts";

export interface SessionServices {
  /** Starts a sandbox whose cells are no activities of their own. */
  readonly openKernel: (settings: LiveSettings) => Promise<LiveKernel>;
  /** The engine's threads. */
  readonly threads: number;
  readonly save: (documentId: string, record: CellOutputRecord) => void;
  readonly emit: (event: LabEvent) => void;
}

/** A run of all cells that went through. */
interface Reproduced {
  readonly runId: string;
  readonly key: string;
}

/** One document whose cells run: its sandbox, what has run in it, and what is to run next. */
export class DocumentSession {
  readonly #documentId: string;
  readonly #services: SessionServices;
  #planned: PlannedDocument;
  #kernel: LiveKernel | null = null;
  #settings: LiveSettings | null = null;
  #memory: KernelMemory = EMPTY_MEMORY;
  #runs = 0;
  #queue: string[] = [];
  #running: LiveState["running"] = null;
  #starting = false;
  #stopping = false;
  #lost = "";
  #runId: string | null = null;
  #reproduced: Reproduced | null = null;
  #generation = 0;
  #tensorBytes = 0;
  #variables: readonly LiveVariable[] = [];
  readonly #lastMs = new Map<string, number>();

  constructor(documentId: string, planned: PlannedDocument, services: SessionServices) {
    this.#documentId = documentId;
    this.#services = services;
    this.#planned = planned;
  }

  get planned(): PlannedDocument {
    return this.#planned;
  }

  get variables(): readonly LiveVariable[] {
    return this.#variables;
  }

  get busy(): boolean {
    return this.#running !== null || this.#starting || this.#queue.length > 0;
  }

  get queued(): readonly string[] {
    return this.#queue;
  }

  get #settingsInForce(): boolean {
    return JSON.stringify(this.settings) === JSON.stringify(this.#settings);
  }

  /** What has run as the document now says: of another seed, rows or threads, nothing has. */
  get #inForce(): KernelMemory {
    return this.#settingsInForce ? this.#memory : EMPTY_MEMORY;
  }

  /** What the cells run with: what the document says, and no more threads than there are. */
  get settings(): LiveSettings {
    const { seed, threads, rows } = this.#planned.document.header;
    return { seed, threads: Math.min(threads, this.#services.threads), rows, limitMs: null };
  }

  state(): LiveState {
    const kernel = this.#starting
      ? "starting"
      : this.#running !== null
        ? "running"
        : this.#kernel !== null
          ? "ready"
          : this.#lost === ""
            ? "none"
            : "lost";
    return {
      documentId: this.#documentId,
      kernel,
      reason: kernel === "lost" ? this.#lost : "",
      generation: this.#generation,
      running: this.#running,
      queued: [...this.#queue],
      stopping: this.#stopping,
      runId: this.#runId,
      reproduced: this.#reproduced?.key === this.#planned.key ? this.#reproduced.runId : null,
      tensorBytes: this.#tensorBytes,
    };
  }

  /** The window's present text. @throws {DataFormatError} */
  read(text: string): void {
    this.#planned = PlannedDocument.of(text, this.#planned);
  }

  standings(): CellStanding[] {
    return this.#planned.standings(this.#inForce);
  }

  /** Cells that would run for a selection, and how long they took last. */
  forecast(selection: LiveSelection): { readonly cells: string[]; readonly lastMs: number | null } {
    const memory = selection.kind === "all" ? EMPTY_MEMORY : this.#inForce;
    const cells = [...this.#planned.selected(selection, memory)];
    const times = cells.map((id) => this.#lastMs.get(id) ?? null);
    const known = times.filter((ms) => ms !== null);
    return { cells, lastMs: known.length < times.length ? null : known.reduce((sum, ms) => sum + ms, 0) };
  }

  /** Puts the cells of a selection into the queue. @returns Those that were not in it. @throws {ContractError} */
  enqueue(selection: LiveSelection): readonly string[] {
    const wanted = this.forecast(selection).cells;
    this.#planned.requireOrder(wanted);
    const waiting = new Set([...this.#queue, ...(this.#running === null ? [] : [this.#running.cell])]);
    // Asked for once more by name, a cell runs once more; what it needs is on its way.
    const named = selection.kind === "cells" ? selection.ids : [];
    const added = wanted.filter(
      (id) => !waiting.has(id) || (named.includes(id) && !this.#queue.includes(id)),
    );
    this.#queue.push(...added);
    this.#tell();
    return added;
  }

  /**
   * Runs what is queued, and what is queued meanwhile. A cell that fails takes those behind it from the queue, but for
   * a failed check.
   */
  async drain(listener: {
    readonly onCell?: (id: string, left: number) => void;
    readonly onForecast?: (id: string, words: string) => void;
    readonly onEnd?: (record: CellOutputRecord) => void;
  }): Promise<{ readonly failed: boolean; readonly stopped: boolean }> {
    let failed = false;
    let stopped = false;
    try {
      for (let id = this.#queue.shift(); id !== undefined; id = this.#queue.shift()) {
        listener.onCell?.(id, this.#queue.length);
        const record = await this.#runCell(id, (words) => listener.onForecast?.(id, words));
        listener.onEnd?.(record);
        const { error } = record.result;
        failed ||= error !== null;
        stopped ||= this.#stopping || error?.kind === "stopped";
        if (error !== null && error.kind !== "check") this.#queue = [];
      }
    } finally {
      this.#queue = [];
      this.#running = null;
      stopped ||= this.#stopping;
      this.#stopping = false;
      this.#tell();
    }
    return { failed, stopped };
  }

  stop(): void {
    if (!this.busy) return;
    this.#queue = [];
    this.#stopping = true;
    this.#kernel?.stop();
    this.#tell();
  }

  /** What waits will not run. */
  forgetQueue(): void {
    this.#queue = [];
    this.#tell();
  }

  /** All names go; the next cell gets a fresh sandbox. @throws {ContractError} If cells run. */
  async restart(): Promise<void> {
    if (this.busy) throw new ContractError("Cells are running; stop them first");
    await this.#forget("");
    this.#tell();
    this.#tellStandings();
  }

  async close(): Promise<void> {
    this.#queue = [];
    await this.#kernel?.close();
    this.#kernel = null;
  }

  /** A run of the whole notebook begins. */
  isRun(runId: string): void {
    this.#runId = runId;
    this.#reproduced = null;
  }

  /** The run of the whole notebook is over. */
  ended(): void {
    this.#runId = null;
    this.#tell();
  }

  /** The run went through, from a fresh sandbox. */
  wasReproduced(runId: string): void {
    this.#reproduced = { runId, key: this.#planned.key };
  }

  async #runCell(id: string, onForecast: (words: string) => void): Promise<CellOutputRecord> {
    const { source } = this.#planned.cell(id);
    const partSource = this.#planned.sourceOf(id);
    const planned = this.#planned.planned(id);
    const hash = this.#planned.hashOf(id) ?? "";
    const kernel = await this.#readyKernel();
    const needs = this.#planned.plan(this.#memory).needs(id);
    if (this.#runId === null) this.#reproduced = null;
    const at = new Date().toISOString();
    this.#running = { cell: id, startedAt: at };
    this.#tell();
    const onOutput = (output: CellOutput): void => {
      const payload = { documentId: this.#documentId, cell: id, output };
      this.#services.emit({ name: "sessionOutput", payload });
    };
    // The window has emptied the cell: whatever happens from here on, it hears of an end.
    const ran = await kernel
      .runCell({ id, source }, { onOutput, onForecast })
      .catch((error: unknown) => notRun(id, kernel.generation, error));
    const result = withPartSource(ran, partSource);
    const { changes } = kernel.left;
    const failed = result.error !== null;
    this.#memory = rememberRun(this.#memory, planned, { run: ++this.#runs, failed, changes, read: needs });
    this.#tensorBytes = result.tensorBytes;
    this.#lastMs.set(id, result.wallMs);
    this.#readVariables(kernel, id, [...(planned.names?.defines ?? []), ...changes]);
    const { judge, rows } = this.#planned.document.header;
    const judged = judgeCell(judge, rows, result);
    const record = { cell: id, at, hash, result, judged, runId: this.#runId };
    this.#save(record);
    await this.#noticeLoss(result);
    this.#running = null;
    const stored = { ...record, current: this.#planned.hashOf(id) === hash };
    this.#services.emit({ name: "sessionCellEnded", payload: { documentId: this.#documentId, stored } });
    this.#tellStandings();
    this.#tell();
    return record;
  }

  /** Without room on the disk, cells go on: what they give is in the window. */
  #save(record: CellOutputRecord): void {
    try {
      this.#services.save(this.#documentId, record);
    } catch (error) {
      const title = "What a cell gave was not kept; it is shown until the notebook is closed";
      const message = messageOf(error);
      this.#services.emit({ name: "failure", payload: { title, message } });
    }
  }

  /** The sandbox; a fresh one where there is none, or where the document asks for another seed, rows or threads. */
  async #readyKernel(): Promise<LiveKernel> {
    const { settings } = this;
    if (this.#kernel !== null && this.#settingsInForce) return this.#kernel;
    this.#starting = true;
    this.#tell();
    try {
      await this.#forget("");
      const kernel = await this.#services.openKernel(settings);
      this.#kernel = kernel;
      this.#settings = settings;
      this.#generation++;
      return kernel;
    } finally {
      this.#starting = false;
    }
  }

  /** The sandbox goes with all names. */
  async #forget(reason: string): Promise<void> {
    const kernel = this.#kernel;
    this.#kernel = null;
    this.#lost = reason;
    this.#memory = EMPTY_MEMORY;
    this.#variables = [];
    this.#tensorBytes = 0;
    await kernel?.close();
  }

  async #noticeLoss({ error }: CellResult): Promise<void> {
    if (error?.kind === "lost") await this.#forget(error.message);
  }

  #readVariables(kernel: LiveKernel, cell: string, written: readonly string[]): void {
    const { variables } = kernel.left;
    if (variables === null) return;
    const writers = new Map(this.#variables.map((variable) => [variable.name, variable.cell]));
    const names = new Set(written.map((name) => name.replace(/\.g$/, "")));
    this.#variables = variables.map((variable) => ({
      ...variable,
      cell: names.has(variable.name) ? cell : (writers.get(variable.name) ?? cell),
    }));
  }

  #tell(): void {
    this.#services.emit({ name: "sessionChanged", payload: this.state() });
  }

  #tellStandings(): void {
    const documentId = this.#documentId;
    const { emit } = this.#services;
    emit({ name: "sessionStandingsChanged", payload: { documentId, cells: this.standings() } });
    emit({ name: "sessionVariablesChanged", payload: { documentId, variables: [...this.#variables] } });
  }
}

/** What a cell gives that its sandbox could not take. */
const notRun = (id: string, generation: number, error: unknown): CellResult => ({
  id,
  outputs: [],
  error: {
    kind: "engine",
    name: error instanceof Error ? error.name : "Error",
    message: messageOf(error),
    frames: [],
  },
  generation,
  wallMs: 0,
  operations: 0,
  flushes: 0,
  tensors: 0,
  tensorBytes: 0,
});
