import { documentRunReportSchema } from "../../../shared/experiments/document-run.ts";
import { stagesReportSchema } from "../../../shared/experiments/stages.ts";
import { profileReportSchema } from "../../../shared/experiments/step-profile.ts";
import { timingWarnings } from "../../../shared/live/timing-warnings.ts";
import type { RunSummary } from "../../../shared/runs/run-records.ts";
import type { SqliteStore } from "../sqlite-store.ts";

type Kept = Pick<SqliteStore, "hasLadder" | "getLadder" | "hasReport" | "getReport">;

/** What made the times of a ladder, of stages, of a profile or of a notebook's `time()` untrustworthy, in the words that were kept with them. */
export function keptWarnings(store: Kept, { id, kind }: RunSummary): readonly string[] {
  switch (kind) {
    case "ladder":
      return store.hasLadder(id) ? store.getLadder(id).conditions.warnings : [];
    case "stages":
      return store.hasReport(id)
        ? (store.getReport(id, kind, stagesReportSchema).report.conditions?.warnings ?? [])
        : [];
    case "profile":
      return store.hasReport(id)
        ? (store.getReport(id, kind, profileReportSchema).report.profile.conditions?.warnings ?? [])
        : [];
    case "notebook": {
      if (!store.hasReport(id)) return [];
      const { cells } = store.getReport(id, kind, documentRunReportSchema).report;
      return timingWarnings(
        cells.flatMap(({ result: { outputs } }) =>
          outputs.flatMap((output) => (output.kind === "show" ? output.values : [])),
        ),
      );
    }
    case "init":
    case "gradcheck":
    case "training":
    case "lrsearch":
    case "imported":
      return [];
  }
}
