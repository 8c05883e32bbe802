import { Button } from "@mantine/core";
import { FileDown } from "lucide-react";
import { exportLadder } from "../store/save.ts";

const EXPORTS = [
  { rows: "samples", label: "Samples as CSV" },
  { rows: "summary", label: "Summary as CSV" },
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
      onClick={() => void exportLadder([runId], rows)}
    >
      {label}
    </Button>
  ));
}
