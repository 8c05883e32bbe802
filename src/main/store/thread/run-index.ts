import { mean, median, standardDeviation } from "../../../core/statistics.ts";
import { runDifferences } from "../../../shared/runs/run-differences.ts";
import type { ListedRun } from "../../../shared/runs/run-records.ts";
import {
  isNumberWord,
  matchesQuery,
  parseRunQuery,
  QueryError,
  type FieldValue,
  type RunQuery,
} from "../../../shared/runs/run-query.ts";
import {
  MOST_GROUPS,
  type RunCatalogue,
  type RunGroup,
  type RunRow,
  type RunScope,
  type RunTableAnswer,
  type RunTableRequest,
  type RunValue,
} from "../../../shared/runs/run-table.ts";
import { keptRawStatement, type RawStatement } from "../open/database.ts";
import type { SeriesSummary } from "../tables/metric-table.ts";
import type { SqliteStore } from "../sqlite-store.ts";
import { asWritten, FILTER_FIELDS, unknownName } from "./filter-names.ts";

interface Checks {
  readonly count: number;
  readonly passed: number;
}

interface IndexedRun {
  readonly run: ListedRun;
  readonly series: ReadonlyMap<string, SeriesSummary>;
  readonly checks: Checks | null;
  /** Name, notes, tags and id in lower case. */
  readonly text: string;
}

/**
 * All runs in memory, in the form in which the table asks for them: filtering and sorting thousands takes milliseconds.
 * It follows the database by the runs' revisions.
 */
export class RunIndex {
  readonly #store: SqliteStore;
  readonly #runs = new Map<string, IndexedRun>();
  readonly #timingsOfRun: () => RawStatement;
  readonly #allTimings: () => RawStatement;
  readonly #checksOfRun: () => RawStatement;
  readonly #allChecks: () => RawStatement;
  readonly #since: number;
  #revision: number;
  /** Newest run of each name. */
  #latest: ReadonlySet<string> = new Set();
  /** Medians by run and label; null until a table asks for them. */
  #timings: Map<string, ReadonlyMap<string, number>> | null = null;

  /** `since` leaves out runs that were last changed at that revision or before. */
  constructor(store: SqliteStore, since = 0) {
    this.#store = store;
    this.#since = since;
    this.#revision = since;
    const { db } = store.tables;
    const timings = "SELECT run_id, stage || ' ' || pass, ms FROM timing WHERE warmup = 0 AND ms IS NOT NULL";
    const checks = "SELECT run_id, count(*), sum(passed) FROM gradient_check";
    this.#timingsOfRun = keptRawStatement(db, `${timings} AND run_id = ?`);
    this.#allTimings = keptRawStatement(db, `${timings} ORDER BY run_id`);
    this.#checksOfRun = keptRawStatement(db, `${checks} WHERE run_id = ? GROUP BY run_id`);
    this.#allChecks = keptRawStatement(db, `${checks} GROUP BY run_id`);
  }

  table(request: RunTableRequest): RunTableAnswer {
    let query: RunQuery = [];
    let problem: string | null = null;
    try {
      query = parseRunQuery(request.query);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      problem = error.message;
    }
    const asked = query.map(({ field }) => field).filter((field) => field !== null);
    this.#refresh(request.columns.concat(request.sort.column, request.groupBy ?? [], asked));
    const misfit = query.map((term) => this.#misfit(term)).find((one) => one !== null);
    if (misfit !== undefined) {
      query = [];
      problem = misfit;
    }
    const scoped = [...this.#runs.values()].filter(({ run }) => inScope(run, request.scope));
    const found = scoped.filter((indexed) =>
      matchesQuery(query, { text: indexed.text, field: (name) => this.#field(indexed, name) }),
    );
    this.#sort(found, request);
    const differences = runDifferences(found.map(({ run }) => run));
    const shown = found.slice(request.offset, request.offset + request.limit);
    return {
      total: found.length,
      inScope: scoped.length,
      ids: found.map(({ run }) => run.id),
      rows: shown.map((indexed) =>
        this.#row(indexed, request.columns, differences.get(indexed.run.id) ?? ""),
      ),
      groups: request.groupBy === null ? null : this.#groups(found, request.groupBy, request.columns),
      problem,
    };
  }

  catalogue(): RunCatalogue {
    this.#refresh(["ms."]);
    const names = (of: (indexed: IndexedRun) => Iterable<string>): string[] =>
      [...new Set([...this.#runs.values()].flatMap((indexed) => [...of(indexed)]))].sort();
    return {
      config: names(({ run }) => Object.keys(run.config).filter((key) => key !== "spec")),
      summary: names(({ run }) => Object.keys(run.summary)),
      metrics: names(({ series }) => series.keys()),
      timings: names(({ run }) => this.#timings?.get(run.id)?.keys() ?? []),
      tags: names(({ run }) => run.tags),
    };
  }

  /** The value of a column for one run, for exports. */
  value(runId: string, column: string): RunValue {
    this.#refresh([column]);
    const indexed = this.#runs.get(runId);
    return indexed === undefined ? null : this.#value(indexed, column);
  }

  #refresh(columns: readonly string[]): void {
    this.#follow();
    // Runs that are gone leave no revision behind: then all is read again.
    if (this.#since === 0 && this.#store.tables.runs.count() !== this.#runs.size) {
      this.#runs.clear();
      this.#revision = 0;
      this.#timings = null;
      this.#follow();
    }
    if (this.#timings === null && columns.some((column) => column.startsWith("ms."))) {
      this.#timings = mediansOf(this.#allTimings().all());
    }
  }

  #follow(): void {
    const { runs, metrics } = this.#store.tables;
    const running = [...this.#runs.values()].filter(({ run }) => run.status === "running");
    const changed = runs.changedSince(this.#revision);
    this.#revision = changed.revision;
    if (this.#since === 0 && this.#runs.size === 0 && changed.runs.length > 0) this.#readAll(changed.runs);
    else {
      for (const run of [...running.map(({ run }) => run), ...changed.runs]) {
        this.#add(run, metrics.seriesOf(run.id), toChecks(this.#checksOfRun().all(run.id)[0]));
        this.#timings?.set(run.id, mediansOf(this.#timingsOfRun().all(run.id)).get(run.id) ?? new Map());
      }
    }
    if (changed.runs.length > 0) this.#latest = latestOfEachName([...this.#runs.values()]);
  }

  #readAll(all: readonly ListedRun[]): void {
    const series = new Map<string, SeriesSummary[]>();
    for (const one of this.#store.tables.metrics.allSeries()) {
      const ofRun = series.get(one.runId) ?? [];
      series.set(one.runId, ofRun);
      ofRun.push(one);
    }
    const checks = new Map(
      this.#allChecks()
        .all()
        .map((row) => [String(row[0]), toChecks(row)]),
    );
    for (const run of all) this.#add(run, series.get(run.id) ?? [], checks.get(run.id) ?? null);
  }

  #add(run: ListedRun, series: readonly SeriesSummary[], checks: Checks | null): void {
    this.#runs.set(run.id, {
      run,
      checks,
      series: new Map(series.map((one) => [one.name, one])),
      text: [run.name, run.notes, run.tags.join(" "), run.id].join("\n").toLowerCase(),
    });
  }

  /**
   * Why a term can hold for no run, or with "-" for all of them, because of what the runs have; those in the trash and
   * the archive too. Null where it can: without runs nothing is known of their names.
   */
  #misfit({ field, operator, values }: RunQuery[number]): string | null {
    if (field === null || this.#runs.size === 0) return null;
    const known = [...this.#runs.values()]
      .map((indexed) => this.#field(indexed, field))
      .filter((value) => value !== undefined);
    if (known.length === 0)
      return FILTER_FIELDS.includes(field) ? null : unknownName(field, this.catalogue());
    if (!/^[<>]/.test(operator) || known.some((value) => typeof value !== "number")) return null;
    const word = values.find((value) => !isNumberWord(value));
    return word === undefined
      ? null
      : `${asWritten(field)}${operator}${word}: a number is expected, for example ${asWritten(field)}${operator}0.01`;
  }

  #field(indexed: IndexedRun, name: string): FieldValue {
    const { run } = indexed;
    switch (name) {
      case "tag":
      case "tags":
        return run.tags;
      case "is":
        return [
          ...(run.pinned ? ["pinned"] : []),
          ...(run.archivedAt === null ? [] : ["archived"]),
          ...(run.deletedAt === null ? [] : ["deleted"]),
          ...(run.keptAt === null ? [] : ["kept"]),
          ...(this.#latest.has(run.id) ? ["latest"] : []),
          ...(endsNotFinite(indexed) ? ["notFinite"] : []),
        ];
      case "has":
        return [...(run.notes === "" ? [] : ["notes"]), ...(run.tags.length === 0 ? [] : ["tags"])];
      case "machine":
        return run.machineId;
      default: {
        for (const column of [name, `config.${name}`, `summary.${name}`, `last.${name}`]) {
          const value = this.#value(indexed, column);
          if (value !== null) return Array.isArray(value) ? value.map(String) : value;
        }
        return undefined;
      }
    }
  }

  #value({ run, series, checks }: IndexedRun, column: string): RunValue {
    const dot = column.indexOf(".");
    if (dot < 0) return ownValue(run, checks, column);
    const [kind, name] = [column.slice(0, dot), column.slice(dot + 1)];
    switch (kind) {
      case "config":
        return run.config[name] ?? null;
      case "summary":
        return run.summary[name] ?? null;
      case "ms":
        return this.#timings?.get(run.id)?.get(name) ?? null;
      default:
        return seriesValue(series.get(name), kind);
    }
  }

  #row(indexed: IndexedRun, columns: readonly string[], differs: string): RunRow {
    const { id, name, kind, status, startedAt, colour, pinned, archivedAt, tags } = indexed.run;
    return {
      id,
      name,
      differs,
      kind,
      status,
      startedAt,
      colour,
      pinned,
      tags,
      archived: archivedAt !== null,
      values: columns.map((column) => this.#value(indexed, column)),
    };
  }

  /** Empty fields last, the newer first where two are alike. */
  #sort(
    found: IndexedRun[],
    { sort: { column, descending }, pinnedFirst = false }: Pick<RunTableRequest, "sort" | "pinnedFirst">,
  ): void {
    const values = new Map(found.map((indexed) => [indexed, this.#value(indexed, column)]));
    found.sort((a, b) => {
      if (pinnedFirst && a.run.pinned !== b.run.pinned) return a.run.pinned ? -1 : 1;
      const [left, right] = [values.get(a) ?? null, values.get(b) ?? null];
      const order = isEmpty(left) || isEmpty(right) ? Number(isEmpty(left)) - Number(isEmpty(right)) : 0;
      if (order !== 0) return order;
      const byValue = isEmpty(left) ? 0 : compareValues(left, right);
      if (byValue !== 0) return descending ? -byValue : byValue;
      return b.run.startedAt < a.run.startedAt
        ? -1
        : b.run.startedAt > a.run.startedAt
          ? 1
          : a.run.id < b.run.id
            ? -1
            : 1;
    });
  }

  #groups(found: readonly IndexedRun[], groupBy: string, columns: readonly string[]): RunGroup[] {
    const groups = new Map<string, IndexedRun[]>();
    for (const indexed of found) {
      const value = this.#value(indexed, groupBy);
      const key = value === null ? "(none)" : String(value);
      const members = groups.get(key) ?? [];
      groups.set(key, members);
      members.push(indexed);
    }
    return [...groups].slice(0, MOST_GROUPS).map(([value, members]) => ({
      value,
      runs: members.length,
      ids: members.map(({ run }) => run.id),
      cells: columns.map((column) => {
        const numbers = members
          .map((indexed) => this.#value(indexed, column))
          .filter((one): one is number => typeof one === "number" && Number.isFinite(one));
        if (numbers.length === 0) return null;
        return {
          mean: mean(numbers),
          sd: numbers.length > 1 ? standardDeviation(numbers) : 0,
          n: numbers.length,
        };
      }),
    }));
  }
}

const isEmpty = (value: RunValue): boolean =>
  value === null || (typeof value === "number" && Number.isNaN(value));

function compareValues(a: RunValue, b: RunValue): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "number") return -1;
  if (typeof b === "number") return 1;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

/** Whether a result, or the last value of a metric, is NaN or infinite. */
const endsNotFinite = ({ run, series }: IndexedRun): boolean =>
  run.summary["notFinite"] !== undefined ||
  [...Object.values(run.summary), ...[...series.values()].map(({ last }) => last)].some(
    (value) => typeof value === "number" && !Number.isFinite(value),
  );

function inScope({ archivedAt, deletedAt }: ListedRun, scope: RunScope): boolean {
  switch (scope) {
    case "active":
      return archivedAt === null && deletedAt === null;
    case "archived":
      return archivedAt !== null && deletedAt === null;
    case "trash":
      return deletedAt !== null;
    case "all":
      return deletedAt === null;
  }
}

function ownValue(run: ListedRun, checks: Checks | null, column: string): RunValue {
  switch (column) {
    case "id":
    case "name":
    case "kind":
    case "status":
    case "threads":
    case "rows":
    case "notes":
      return run[column] === "" ? null : run[column];
    case "started":
      return run.startedAt;
    case "finished":
      return run.finishedAt;
    case "seconds":
      return run.finishedAt === null ? null : (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000;
    case "machine":
      return run.machineId;
    case "tags":
      return run.tags.length === 0 ? null : run.tags.join(" ");
    case "checks":
      return checks === null
        ? run.kind === "gradcheck" && run.summary["passed"] !== undefined
          ? run.summary["passed"] === true
            ? "passed"
            : "did not pass"
          : null
        : `${checks.passed} of ${checks.count} passed`;
    default:
      return null;
  }
}

function seriesValue(series: SeriesSummary | undefined, kind: string): RunValue {
  if (series === undefined) return null;
  switch (kind) {
    case "last":
      return series.last;
    case "min":
      return series.min;
    case "max":
      return series.max;
    case "best":
      return /accuracy|r2$/i.test(series.name) ? series.max : series.min;
    default:
      return null;
  }
}

const toChecks = (row: readonly unknown[] | undefined): Checks | null =>
  row === undefined ? null : { count: Number(row[1]), passed: Number(row[2]) };

/** Rows of run, label and milliseconds as medians by run and label. */
function mediansOf(rows: readonly (readonly unknown[])[]): Map<string, ReadonlyMap<string, number>> {
  const samples = new Map<string, Map<string, number[]>>();
  for (const [runId, label, ms] of rows) {
    const ofRun = samples.get(String(runId)) ?? new Map<string, number[]>();
    samples.set(String(runId), ofRun);
    const ofLabel = ofRun.get(String(label)) ?? [];
    ofRun.set(String(label), ofLabel);
    ofLabel.push(Number(ms));
  }
  return new Map(
    [...samples].map(([runId, labels]) => [
      runId,
      new Map([...labels].map(([label, values]) => [label, median(values)])),
    ]),
  );
}

function latestOfEachName(runs: readonly IndexedRun[]): ReadonlySet<string> {
  const newest = new Map<string, ListedRun>();
  for (const { run } of runs) {
    if (run.deletedAt !== null) continue;
    const key = `${run.kind} ${run.name}`;
    const known = newest.get(key);
    if (known === undefined || run.startedAt > known.startedAt) newest.set(key, run);
  }
  return new Set([...newest.values()].map(({ id }) => id));
}
