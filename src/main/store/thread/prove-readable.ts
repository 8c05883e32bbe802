import * as v from "valibot";
import { StoreError } from "../../../core/errors.ts";
import { documentRunReportSchema } from "../../../shared/experiments/document-run.ts";
import { gradcheckReportSchema } from "../../../shared/experiments/gradcheck.ts";
import { initReportSchema } from "../../../shared/experiments/init.ts";
import { ladderRecordSchema } from "../../../shared/experiments/ladder.ts";
import { lrSearchReportSchema } from "../../../shared/experiments/lr-search.ts";
import { runComparisonSchema } from "../../../shared/runs/run-comparison.ts";
import {
  metricPointSchema,
  runDetailsSchema,
  type RunKind,
  type RunSummary,
} from "../../../shared/runs/run-records.ts";
import { DEFAULT_VIEW, runTableSchema } from "../../../shared/runs/run-table.ts";
import { importedReportSchema } from "../../../shared/experiments/imported.ts";
import { profileReportSchema } from "../../../shared/experiments/step-profile.ts";
import { stagesReportSchema } from "../../../shared/experiments/stages.ts";
import { trainingReportSchema } from "../../../shared/experiments/training.ts";
import type { Database } from "../open/database.ts";
import { SqliteStore } from "../sqlite-store.ts";
import { compareRuns } from "./compare-runs.ts";
import { RunIndex } from "./run-index.ts";

/** Kinds of runs that have a report, each with its schema. */
const REPORTS: Readonly<Record<RunKind, v.GenericSchema | null>> = {
  notebook: documentRunReportSchema,
  ladder: null,
  init: initReportSchema,
  stages: stagesReportSchema,
  gradcheck: gradcheckReportSchema,
  training: trainingReportSchema,
  lrsearch: lrSearchReportSchema,
  profile: profileReportSchema,
  imported: importedReportSchema,
};

/**
 * Reads runs as the list, their pages and a comparison read them, through the schemas of what goes out to the window.
 * `db` may have a transaction open: it sees what is not committed yet.
 *
 * @throws {StoreError} That names the first run and field which cannot be read.
 */
export function proveReadable(db: Database, path: string, runIds: readonly string[]): void {
  if (runIds.length === 0) return;
  const store = new SqliteStore({
    db,
    path,
    readFrom: path,
    integrity: "not checked",
    notices: [],
    damage: [],
    readOnlyReason: "Being read back.",
    abandonedRuns: false,
    // The connection is the importer's.
    release: () => undefined,
    lock: null,
  });
  for (const runId of runIds) {
    store.tables.metrics.recount(runId);
    proveRun(store, runId);
  }
  // Of the others nothing has changed: an import takes as long into thousands of runs as into none.
  const since = runIds.reduce(
    (least, runId) => Math.min(least, store.tables.runs.revisionOf(runId)),
    Infinity,
  );
  const table = new RunIndex(store, since - 1).table({
    ...DEFAULT_VIEW,
    scope: "all",
    columns: [...DEFAULT_VIEW.columns, "notes", "machine", "checks"],
    offset: 0,
    limit: Number.MAX_SAFE_INTEGER,
  });
  parsed("the list of runs", runTableSchema, table);
}

function proveRun(store: SqliteStore, runId: string): void {
  const where = `run ${runId}`;
  const { run } = parsed(where, runDetailsSchema, store.getRun(runId));
  for (const point of store.tables.metrics.iterate(runId)) {
    parsed(`metric ${point.name} of ${where}, step ${point.step}`, metricPointSchema, point);
  }
  proveFound(store, run);
  parsed(`the comparison of ${where}`, runComparisonSchema, compareRuns(store, [runId], { timings: false }));
}

/** What an experiment found: a ladder's rungs, a report. */
function proveFound(store: SqliteStore, { id, kind }: RunSummary): void {
  if (store.hasLadder(id)) parsed(`the ladder of run ${id}`, ladderRecordSchema, store.getLadder(id));
  if (!store.hasReport(id)) return;
  const schema = REPORTS[kind];
  if (schema === null) throw new StoreError(`run ${id} has a report, which a ${kind} has not`);
  parsed(`the report of run ${id}`, schema, store.getReport(id, kind, schema).report);
}

function parsed<S extends v.GenericSchema>(where: string, schema: S, value: unknown): v.InferOutput<S> {
  const checked = v.safeParse(schema, value);
  if (checked.success) return checked.output;
  const [issue] = checked.issues;
  throw new StoreError(`${where}: ${v.getDotPath(issue) ?? "it"}: ${issue.message}`);
}
