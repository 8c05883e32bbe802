import { once } from "node:events";
import { join } from "node:path";
import { makeFolder } from "../../data/make-folder.ts";
import { importedReportSchema } from "../../../shared/experiments/imported.ts";
import { ACTIVATION_BINS, trainingReportSchema } from "../../../shared/experiments/training.ts";
import type { RunSummary } from "../../../shared/runs/run-records.ts";
import {
  histogramRecord,
  scalarRecord,
  settingsRecord,
  textRecord,
  versionRecord,
} from "../../exchange/tensorboard/event-writer.ts";
import type { SqliteStore } from "../sqlite-store.ts";
import { writeStreamed, type Checkpoint } from "./write-csv.ts";

/** Settings that TensorBoard can list; the spec is a text of its own. */
function settingsOf({ config, threads }: RunSummary): Record<string, number | string | boolean> {
  const plain = Object.entries(config).flatMap(([name, value]): [string, number | string | boolean][] =>
    name === "spec" || Array.isArray(value) ? [] : [[name, value]],
  );
  return { ...Object.fromEntries(plain), threads };
}

function* recordsOf(store: SqliteStore, run: RunSummary): Generator<Uint8Array> {
  const startedMs = Date.parse(run.startedAt);
  yield versionRecord(startedMs);
  yield settingsRecord(startedMs, settingsOf(run));
  const spec = run.config["spec"];
  const at = { timeMs: startedMs, step: 0 };
  if (typeof spec === "string") yield textRecord(at, "spec", `\`\`\`json\n${spec}\n\`\`\``);
  if (run.notes !== "") yield textRecord(at, "notes", run.notes);
  for (const { name, step, value, wallMs } of store.tables.metrics.iterate(run.id)) {
    const timeMs = startedMs + (Number.isFinite(wallMs) ? wallMs : 0);
    yield scalarRecord({ timeMs, step }, name, value);
  }
  if (!store.hasReport(run.id)) return;
  if (run.kind === "training") {
    const { lo, hi } = ACTIVATION_BINS;
    const { histograms } = store.getReport(run.id, "training", trainingReportSchema).report;
    for (const { step, layers } of histograms) {
      for (const [index, counts] of layers.entries()) {
        yield histogramRecord({ timeMs: startedMs, step }, `activation ${index + 1}`, { lo, hi, counts });
      }
    }
  } else if (run.kind === "imported") {
    const { histograms, texts } = store.getReport(run.id, "imported", importedReportSchema).report;
    for (const { name, step, ...bins } of histograms)
      yield histogramRecord({ timeMs: startedMs, step }, name, bins);
    for (const { name, step, text } of texts) yield textRecord({ timeMs: startedMs, step }, name, text);
  }
}

/**
 * Writes runs as TensorBoard's event files, a folder a run: scalars, histograms, texts, settings.
 *
 * @returns the number of runs. @throws {StoreError} If one cannot be read or written.
 */
export async function exportTensorboard(
  store: SqliteStore,
  runIds: readonly string[],
  folder: string,
  checkpoint: Checkpoint = () => undefined,
): Promise<number> {
  for (const runId of runIds) {
    const { run } = store.getRun(runId);
    const own = join(folder, runId);
    makeFolder(own);
    const seconds = Math.floor(Date.parse(run.startedAt) / 1000);
    await writeStreamed(join(own, `events.out.tfevents.${seconds}.backprop-lab`), async (target) => {
      const failed = once(target, "error").then(([error]) => Promise.reject(error as Error));
      const body = async (): Promise<void> => {
        for (const record of recordsOf(store, run)) {
          checkpoint();
          if (!target.write(record)) await once(target, "drain");
        }
        target.end();
        await once(target, "finish");
      };
      await Promise.race([body(), failed]);
    });
  }
  return runIds.length;
}
