import { ContractError, OutOfMemoryError } from "../../../core/errors.ts";
import { NOTEBOOK_CELLS } from "../../../core/notebook/notebook-cells.ts";
import type {
  CellDescription,
  CellSelection,
  Forecast,
  NotebookSettings,
  NotebookState,
} from "../../../shared/experiments/notebook.ts";
import type { CellResult, Quantities } from "../../../shared/runs/run-records.ts";
import type { ActivityHandle } from "../activity/activity-handle.ts";
import { noteNotFinite } from "../activity/note-not-finite.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import { codeOf } from "./cell-code.ts";
import { forecastMemory, notebookMemory } from "../compute/forecast-memory.ts";
import { cellsToRun, runCells, type NotebookListener } from "./run-notebook.ts";
import { saveGradients } from "./save-gradients.ts";
import { NotebookSession, type Weights } from "./session.ts";
import type { LabServices, StartedRun } from "../activity/experiment.ts";

export type GivenWeights = Readonly<Record<keyof Weights, Float32Array>>;

/** Counts of verdicts and the numbers that a list of runs shows. */
function summaryOf(results: readonly CellResult[]): Quantities {
  const count = (verdict: CellResult["verdict"]): number =>
    results.filter((result) => result.verdict === verdict).length;
  const number = (cell: string, key: string, name: string): Quantities => {
    const value = results.find((result) => result.cell === cell)?.measured[key];
    return value === undefined ? {} : { [name]: value };
  };
  const measured = results.flatMap(({ cell, measured: ofCell }) =>
    Object.entries(ofCell).flatMap(([key, value]) =>
      [value].flat().map((one) => [`${key} of cell ${cell}`, one] as const),
    ),
  );
  const numbers = {
    cells: results.length,
    exact: count("exact"),
    inBand: count("in band"),
    differs: count("differs"),
    failed: count("failed"),
    ...number("23", "loss", "loss"),
    ...number("43", "backwardMs", "outerProductBackwardMs"),
    ...number("64", "backwardMs", "moduleBackwardMs"),
    ...number("86", "backwardMs", "autogradBackwardMs"),
  };
  return noteNotFinite(numbers, measured);
}

/** The notebook as the lab offers it: descriptions, the current session, running cells of it. */
export class NotebookLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  #session: NotebookSession | null = null;
  #runId: string | null = null;
  #results = new Map<string, CellResult>();
  #executed = 0;
  #runningCell: string | null = null;
  /** Seconds that the last whole notebook took, for forecasts. */
  #lastSeconds: { readonly rows: number; readonly seconds: number } | null = null;

  constructor(services: LabServices, supervisor: RunSupervisor) {
    this.#services = services;
    this.#supervisor = supervisor;
  }

  describe(): readonly CellDescription[] {
    return NOTEBOOK_CELLS.map(({ judge: _judge, ...cell }) => ({
      ...cell,
      expected: { ...cell.expected } as Quantities,
      quantities: [...cell.quantities],
      needs: [...cell.needs],
      code: codeOf(cell.id),
    }));
  }

  state(): NotebookState {
    return {
      runId: this.#runId,
      results: [...this.#results.values()].sort((left, right) => left.order - right.order),
      runningCell: this.#runningCell,
    };
  }

  forecast(settings: NotebookSettings): Forecast {
    const seconds =
      this.#lastSeconds === null
        ? null
        : (this.#lastSeconds.seconds * settings.rows) / this.#lastSeconds.rows;
    return forecastMemory(notebookMemory(settings), this.#services.engine.arena, seconds);
  }

  /**
   * Writes the gradients of the last hand-written stage as .npy files.
   *
   * @returns their paths. @throws {ContractError} If the stage has not run in this session.
   */
  async saveGradients(folder: string): Promise<readonly string[]> {
    if (this.#session === null) throw new ContractError("no cell has run yet; run the notebook first");
    return saveGradients(this.#session, this.#session.stageGradients("Module", "64"), folder);
  }

  /**
   * @param givenWeights Used from cell 16 on instead of the drawn ones.
   * @throws {ContractError} If another activity is on or the cell is unknown. @throws {OutOfMemoryError}
   */
  run(
    { selection, settings }: { readonly selection: CellSelection; readonly settings: NotebookSettings },
    givenWeights: GivenWeights | null = null,
  ): StartedRun {
    const { refusal, totalBytes } = this.forecast(settings);
    if (refusal !== "") throw new OutOfMemoryError(refusal);
    const fresh =
      selection.kind === "all" || this.#session === null || !sameSession(this.#session.settings, settings);
    const cells = cellsToRun(selection, fresh ? new Set() : new Set(this.#results.keys()));
    const title = selection.kind === "all" ? "Notebook" : `Notebook, cell ${selection.cell}`;
    const startedMs = performance.now();
    const started = this.#supervisor.start(
      title,
      fresh || this.#runId === null
        ? {
            create: {
              kind: "notebook",
              name: `Notebook, seed ${settings.seed}`,
              threads: settings.threads,
              rows: settings.rows,
              config: {
                ...settings,
                weights: givenWeights === null ? "drawn" : "given",
                forecastBytes: totalBytes,
              },
            },
          }
        : { resume: this.#runId },
      async (runId, activity) => {
        const session = this.#sessionFor(fresh, settings, givenWeights);
        await this.#runCells(session, cells, { runId, activity });
        if (selection.kind === "all") {
          this.#lastSeconds = { rows: settings.rows, seconds: (performance.now() - startedMs) / 1000 };
        }
      },
      () => ({
        ...summaryOf([...this.#results.values()]),
        peakRssBytes: process.resourceUsage().maxRSS * 1024,
      }),
    );
    if (fresh) {
      this.#results = new Map();
      this.#executed = 0;
    }
    this.#runId = started.runId;
    return started;
  }

  #sessionFor(
    fresh: boolean,
    settings: NotebookSettings,
    givenWeights: GivenWeights | null,
  ): NotebookSession {
    if (!fresh && this.#session !== null) {
      this.#session.settings = settings;
      return this.#session;
    }
    this.#session?.release();
    this.#session = new NotebookSession({
      engine: this.#services.engine,
      settings,
      resourcesDir: this.#services.resourcesDir,
      givenWeights,
    });
    return this.#session;
  }

  async #runCells(
    session: NotebookSession,
    cells: readonly string[],
    { runId, activity }: { readonly runId: string; readonly activity: ActivityHandle },
  ): Promise<void> {
    const { store, emit } = this.#services;
    const listener: NotebookListener = {
      cellStarted: (cell) => {
        this.#runningCell = cell;
        emit({ name: "cellStarted", payload: { runId, cell } });
      },
      cellFinished: (result) => {
        this.#executed = result.order;
        this.#results.set(result.cell, result);
        this.#runningCell = null;
        store.addCell(runId, result);
        emit({ name: "cellFinished", payload: { runId, result } });
      },
    };
    try {
      await runCells(session, cells, { firstOrder: this.#executed + 1, activity, listener });
    } finally {
      this.#runningCell = null;
    }
  }

  release(): void {
    this.#session?.release();
    this.#session = null;
  }
}

/** Seed and rows make the session's data and draws; the rest may change from cell to cell. */
const sameSession = (session: NotebookSettings, wanted: NotebookSettings): boolean =>
  session.seed === wanted.seed && session.rows === wanted.rows;
