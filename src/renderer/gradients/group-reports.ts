import type { GradientReport } from "../../shared/experiments/gradcheck.ts";
import { formatNumber } from "../../shared/format/number.ts";
import type { ComparedGradient, GradientGroup } from "../ui/gradient-check-table.tsx";
import { REFERENCES } from "./reference-names.ts";

/** A row of the table that knows its report. */
export interface ReportRow extends ComparedGradient {
  readonly report: GradientReport;
}

/** Reports by reference; under each row where the largest error lies, and before it why one has not passed. */
export function groupReports(
  reports: readonly GradientReport[],
): readonly (GradientGroup & { readonly rows: readonly ReportRow[] })[] {
  const groups = new Map<string, ReportRow[]>();
  for (const report of reports) {
    const title = `against ${REFERENCES[report.reference].name}`;
    const rows = groups.get(title) ?? [];
    // The reason of one that passed names two numbers of its row.
    const why = report.verdict === "passed" ? "" : `${report.reason}; `;
    rows.push({ ...report, report, reason: `${why}${worstCoordinate(report)}` });
    groups.set(title, rows);
  }
  return [...groups].map(([title, rows]) => ({ title, rows }));
}

const worstCoordinate = ({ worst: { index, ours, reference } }: GradientReport): string =>
  `largest error at [${index.join(", ")}]: ours ${formatNumber(ours)}, reference ${formatNumber(reference)}`;
