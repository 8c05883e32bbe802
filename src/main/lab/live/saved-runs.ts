import { ContractError } from "../../../core/errors.ts";
import type { MetricPoint, RunSummary } from "../../../shared/runs/run-records.ts";
import { grouped } from "../../../core/grouped.ts";

/** More would not fit into the sandbox. */
const MOST_RUNS = 1_000;
const MOST_POINTS = 1_000_000;

/** The lab's saved runs, as far as cells may read them. */
export interface SavedRuns {
  /** Ids, the newest first. @throws {ContractError} If the query cannot be read. */
  readonly find: (query: string) => Promise<readonly string[]>;
  readonly get: (runId: string) => RunSummary | undefined;
  readonly metrics: (runId: string, name?: string) => readonly MetricPoint[];
}

/** For kernels that no lab stands behind. */
export const NO_SAVED_RUNS: SavedRuns = {
  find: () => Promise.resolve([]),
  get: () => undefined,
  metrics: () => [],
};

/** Numbers that JSON has no word for go as text in an object. */
const packed = (_key: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? { number: String(value) } : value;

/** JSON of the runs that a query finds. @throws {ContractError} If it cannot be read, or finds too many. */
export async function findRuns({ find, get }: SavedRuns, query: string): Promise<string> {
  const ids = await find(query);
  if (ids.length > MOST_RUNS) {
    throw new ContractError(
      `runs(): the query finds ${grouped(ids.length)} runs, a notebook reads at most ${grouped(MOST_RUNS)}; narrow it down`,
    );
  }
  const found = ids.flatMap((id) => {
    const run = get(id);
    if (run === undefined) return [];
    const { name, kind, status, startedAt, threads, rows, tags, config, summary } = run;
    return [{ id, name, kind, status, startedAt, threads, rows, tags, config, summary }];
  });
  return JSON.stringify(found, packed);
}

/** A run's metric: all steps, then all values. @throws {ContractError} If it has none of that name. */
export function readCurve({ get, metrics }: SavedRuns, runId: string, name: string): Float64Array {
  if (get(runId) === undefined) throw new ContractError(`curve(): there is no run ${runId} any more`);
  const points = metrics(runId, name);
  if (points.length === 0) {
    const known = [...new Set(metrics(runId).map((point) => point.name))];
    const has = known.length === 0 ? "it has no metrics" : `it has ${known.join(", ")}`;
    throw new ContractError(`curve(): run ${runId} has no metric "${name}"; ${has}`);
  }
  if (points.length > MOST_POINTS) {
    throw new ContractError(
      `curve(): "${name}" has ${points.length} points, a notebook reads at most ${MOST_POINTS}`,
    );
  }
  return Float64Array.from([...points.map(({ step }) => step), ...points.map(({ value }) => value)]);
}
