import { Button } from "@mantine/core";
import { FileDown } from "lucide-react";
import { exportRuns } from "../store/save.ts";

const EXPORTS = [
  { rows: "ladder-samples", label: "Samples as CSV" },
  { rows: "ladder-summary", label: "Summary as CSV" },
] as const;

interface LadderExportProps {
  readonly runId: string;
  readonly disabled: boolean;
}

/** One row a sample, or one row a rung. */
export function LadderExport({ runId, disabled }: LadderExportProps) {
  return EXPORTS.map(({ rows, label }) => (
    <Button
      key={rows}
      variant="default"
      leftSection={<FileDown size="1rem" aria-hidden="true" />}
      disabled={disabled}
      onClick={() => void exportRuns(rows, [runId])}
    >
      {label}
    </Button>
  ));
}
