import { Button } from "@mantine/core";
import { Copy, TriangleAlert } from "lucide-react";
import { copyText } from "../store/save.ts";
import { FactList } from "../ui/fact-list.tsx";
import { ErrorNotice } from "../ui/notices.tsx";
import { PlainLayout } from "../ui/view-layout.tsx";
import { DatabasePart } from "./database-part.tsx";
import { diagnosticGroups, diagnosticsText } from "./diagnostic-groups.ts";
import { KernelTuning } from "./kernel-tuning.tsx";
import { StepProfilePart } from "./step-profile-part.tsx";
import { useDiagnostics } from "./use-diagnostics.ts";
import classes from "./diagnostics.module.css";

export function DiagnosticsView() {
  const { known, error, readAgain } = useDiagnostics();
  return (
    <PlainLayout>
      {error !== null && <ErrorNotice title="The diagnostics could not be read" error={error} />}
      {known === null && error === null && <p className={classes["waiting"]}>Reading the diagnostics…</p>}
      {known !== null && (
        <>
          <div className={classes["head"]}>
            <p>Versions, workers, memory and database of this installation, read again every 2 s.</p>
            <Button
              variant="default"
              leftSection={<Copy size="1rem" aria-hidden="true" />}
              onClick={() => void copyText("Diagnostics", diagnosticsText(known))}
            >
              Copy all
            </Button>
          </div>
          {known.warnings.length > 0 && (
            <ul className={classes["warnings"]} aria-label="Warnings">
              {known.warnings.map((warning, index) => (
                <li key={index}>
                  <TriangleAlert size="1rem" aria-hidden="true" />
                  {warning}
                </li>
              ))}
            </ul>
          )}
          <KernelTuning report={known.tuning} onTuned={readAgain} />
          <StepProfilePart />
          <DatabasePart readOnly={known.database.readOnly} />
          <div className={classes["groups"]}>
            {diagnosticGroups(known).map(({ title, facts }) => (
              <FactList key={title} title={title} facts={facts} level={2} />
            ))}
          </div>
        </>
      )}
    </PlainLayout>
  );
}
