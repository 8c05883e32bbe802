import type { GradientReport } from "../../shared/experiments/gradcheck.ts";
import type { RunSummary } from "../../shared/runs/run-records.ts";

interface Judged {
  readonly passed: boolean;
  readonly reports: readonly Pick<GradientReport, "verdict">[];
}

/** What a gradient check came to, in a sentence. One that did not come to its end has judged nothing as a whole. */
export function gradcheckOutcome({ passed, reports }: Judged, status: RunSummary["status"]): string {
  if (status !== "finished") {
    const ended = status === "failed" ? "broken off" : status;
    return `The check was ${ended}.${reports.length === 0 ? "" : " What was compared until then is above."}`;
  }
  if (!passed) {
    const failed = reports.some(({ verdict }) => verdict === "failed");
    return failed || reports.length === 0 ? "The check did not pass." : "Nothing could be judged.";
  }
  return reports.every(({ verdict }) => verdict === "passed")
    ? "All gradients passed."
    : "All gradients that could be judged passed.";
}
