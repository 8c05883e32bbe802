import { createHash } from "node:crypto";
import { setImmediate as breathe } from "node:timers/promises";
import {
  ELSEWHERE,
  IMPORTED_LIMITS,
  importedReportSchema,
  type ImportedReport,
  type ImportOutcome,
} from "../../../shared/experiments/imported.ts";
import { RUN_TEXT, type MetricPoint, type RunSummary } from "../../../shared/runs/run-records.ts";
import { visibleText } from "../../../shared/runs/visible-text.ts";
import { StoreError } from "../../../core/errors.ts";
import {
  MOST_NAME,
  MOST_SERIES,
  type ForeignBatch,
  type ForeignHead,
  type ForeignPoint,
  type ReadOptions,
  type RunSource,
} from "../../exchange/runs/foreign-run.ts";
import type { LabServices } from "../activity/experiment.ts";

/** A run while it is read. */
interface InHand {
  run: RunSummary;
  readonly startedMs: number;
  /** What was imported before, by series: passed over. */
  readonly known: Map<string, { readonly points: readonly MetricPoint[]; at: number }>;
  readonly series: Set<string>;
  readonly isNew: boolean;
  added: number;
  lastMs: number;
  report: ImportedReport;
  reportChanged: boolean;
  readonly notes: Set<string>;
}

const cleaned = (name: string): string => visibleText(name, { lines: false }).slice(0, MOST_NAME);

/** `imported-3f2a…`: the same for the same run of the same source. */
const runIdOf = ({ key }: ForeignHead): string =>
  `imported-${createHash("sha256").update(key).digest("hex").slice(0, 12)}`;

/** Puts what sources hold into the store, run by run, and only what is not there yet. */
export class RunImporter {
  readonly #services: LabServices;
  readonly #source: RunSource;
  readonly #inHand = new Map<string, InHand>();

  constructor(services: LabServices, source: RunSource) {
    this.#services = services;
    this.#source = source;
  }

  get runIds(): readonly string[] {
    return [...this.#inHand.keys()];
  }

  /**
   * Reads what has come since the last call.
   *
   * @param isCancelled Asked before each batch: what came before stays.
   * @throws {DataFormatError} @throws {StoreError}
   */
  async read(isCancelled: () => boolean, options: ReadOptions = {}): Promise<ImportOutcome> {
    const { store, emit } = this.#services;
    if (store.readOnly) {
      throw new StoreError(
        `Runs cannot be imported into ${store.path}: ${store.readOnlyReason ?? "read-only"}`,
      );
    }
    const before = new Map([...this.#inHand].map(([id, { added }]) => [id, added]));
    let points = 0;
    let cancelled = false;
    try {
      for await (const batch of this.#source.read(options)) {
        await store.unlocked();
        cancelled = isCancelled();
        if (cancelled) break;
        points += this.#take(batch);
        await breathe();
      }
    } finally {
      await store.unlocked();
      for (const [id, hand] of this.#inHand) {
        const changed = hand.added !== (before.get(id) ?? 0) || !before.has(id);
        if (changed || hand.reportChanged) this.#finish(hand);
        if (changed) emit({ name: "runChanged", payload: hand.run });
      }
    }
    const all = [...this.#inHand].map(([id, hand]) => ({
      id,
      hand,
      first: !before.has(id),
      new: hand.added - (before.get(id) ?? 0),
    }));
    return {
      format: this.#source.format,
      added: all.filter(({ hand, first }) => first && hand.isNew).map(({ id }) => id),
      extended: all
        .filter(({ hand, first, new: count }) => !(first && hand.isNew) && count > 0)
        .map(({ id }) => id),
      unchanged: all
        .filter(({ hand, first, new: count }) => !(first && hand.isNew) && count === 0)
        .map(({ id }) => id),
      points,
      notes: [...this.#source.notes(), ...all.flatMap(({ hand }) => [...hand.notes])],
      cancelled,
    };
  }

  /** @returns how many points are new. */
  #take({ head, points, histograms, texts }: ForeignBatch): number {
    const hand = this.#handOf(head);
    const fresh: MetricPoint[] = [];
    for (const point of points) {
      const made = this.#metric(hand, point);
      if (made !== null) fresh.push(made);
    }
    if (fresh.length > 0) this.#services.store.addMetrics(hand.run.id, fresh);
    hand.added += fresh.length;
    const { report } = hand;
    const had = new Set(report.histograms.map(({ name, step }) => `${step} ${name}`));
    for (const { name, step, lo, hi, counts } of histograms) {
      if (!Number.isSafeInteger(step) || step < 0 || had.has(`${step} ${cleaned(name)}`)) continue;
      if (report.histograms.length >= IMPORTED_LIMITS.histograms) {
        hand.notes.add(`Of its histograms the first ${IMPORTED_LIMITS.histograms} are kept.`);
        break;
      }
      report.histograms.push({ name: cleaned(name), step, lo, hi, counts: [...counts] });
      hand.reportChanged = true;
    }
    for (const { name, step, text } of texts) {
      if (!Number.isSafeInteger(step) || step < 0) continue;
      if (report.texts.some((one) => one.step === step && one.name === cleaned(name))) continue;
      if (report.texts.length >= IMPORTED_LIMITS.texts) {
        hand.notes.add(`Of its texts the first ${IMPORTED_LIMITS.texts} are kept.`);
        break;
      }
      const shown = visibleText(text, { lines: true }).slice(0, IMPORTED_LIMITS.textLength);
      report.texts.push({ name: cleaned(name), step, text: shown });
      hand.reportChanged = true;
    }
    return fresh.length;
  }

  /** A point as the store keeps it; null where it is there already, or cannot be kept. */
  #metric(hand: InHand, { name: given, step, value, timeMs, epoch }: ForeignPoint): MetricPoint | null {
    if (!Number.isSafeInteger(step) || step < 0) {
      hand.notes.add("Numbers whose step is no whole number from 0 are left out.");
      return null;
    }
    const name = cleaned(given);
    if (!hand.series.has(name)) {
      if (hand.series.size >= MOST_SERIES) {
        hand.notes.add(`It has more than ${MOST_SERIES} metrics: the others are left out.`);
        return null;
      }
      hand.series.add(name);
      const points = hand.isNew ? [] : this.#services.store.getMetrics(hand.run.id, name);
      hand.known.set(name, { points, at: 0 });
    }
    if (timeMs !== null) hand.lastMs = Math.max(hand.lastMs, timeMs);
    const known = hand.known.get(name);
    const there = known?.points[known.at];
    if (known !== undefined && there !== undefined) {
      known.at++;
      if (there.step === step && Object.is(there.value, value)) return null;
      hand.notes.add(
        `${name} differs at step ${step} from what was imported before; what is there is kept. Delete the run for good and import again for the new numbers.`,
      );
      return null;
    }
    const wallMs = timeMs === null ? 0 : Math.max(0, timeMs - hand.startedMs);
    return { name, step, epoch: epoch ?? 0, value, wallMs };
  }

  #handOf(head: ForeignHead): InHand {
    const { store } = this.#services;
    const id = runIdOf(head);
    const known = this.#inHand.get(id);
    if (known !== undefined) return known;
    const there = store.findRun(id);
    const startedMs = there === undefined ? (head.startedMs ?? Date.now()) : Date.parse(there.startedAt);
    if (there === undefined) store.saveMachine(ELSEWHERE);
    const run =
      there ??
      store.createRun({
        id,
        kind: "imported",
        name: cleaned(head.name).slice(0, RUN_TEXT.name) || "imported run",
        threads: 0,
        rows: 0,
        machineId: ELSEWHERE.id,
        config: {
          ...head.config,
          measured: "elsewhere",
          format: this.#source.format,
          source: this.#source.path,
        },
        startedAt: new Date(startedMs).toISOString(),
      });
    const report =
      there !== undefined && store.hasReport(id)
        ? store.getReport(id, "imported", importedReportSchema).report
        : { format: this.#source.format, source: this.#source.path, notes: [], histograms: [], texts: [] };
    const hand: InHand = {
      run,
      startedMs,
      known: new Map(),
      series: new Set(),
      isNew: there === undefined,
      added: 0,
      lastMs: startedMs,
      report,
      reportChanged: there === undefined,
      notes: new Set(),
    };
    this.#inHand.set(id, hand);
    return hand;
  }

  #finish(hand: InHand): void {
    const { store } = this.#services;
    const notes = [...this.#source.notes(), ...hand.notes].slice(0, IMPORTED_LIMITS.notes);
    hand.report = { ...hand.report, notes };
    store.saveReport(hand.run.id, hand.report);
    hand.reportChanged = false;
    const there = hand.run.finishedAt === null ? 0 : Date.parse(hand.run.finishedAt);
    hand.run = store.finishRun(hand.run.id, {
      status: "finished",
      failure: null,
      summary: { ...hand.run.summary, metrics: hand.series.size },
      finishedAt: new Date(Math.max(hand.lastMs, there, hand.startedMs)).toISOString(),
    });
  }
}

/** Several outcomes as one. */
export const together = (outcomes: readonly ImportOutcome[]): ImportOutcome => ({
  format: [...new Set(outcomes.map(({ format }) => format))].join(", "),
  added: outcomes.flatMap(({ added }) => added),
  extended: outcomes.flatMap(({ extended }) => extended),
  unchanged: outcomes.flatMap(({ unchanged }) => unchanged),
  points: outcomes.reduce((sum, { points }) => sum + points, 0),
  notes: outcomes.flatMap(({ notes }) => notes),
  cancelled: outcomes.some(({ cancelled }) => cancelled),
});
