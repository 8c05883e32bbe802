import { Button } from "@mantine/core";
import { DatabaseBackup, FileDown, Stethoscope } from "lucide-react";
import { useState } from "react";
import type { DatabaseCheck } from "../../shared/runs/run-exports.ts";
import { ask } from "../bridge/lab.ts";
import { useStore } from "../store/create-store.ts";
import { labStore, showFailure } from "../store/lab-store.ts";
import { exportRuns } from "../store/save.ts";
import { SqlConsole } from "./sql-console.tsx";
import classes from "./diagnostics.module.css";

const icon = { size: "1rem", "aria-hidden": true } as const;

/** The file with all runs: whether it is sound, a copy of it, and questions in SQL. */
export function DatabasePart({ readOnly }: { readonly readOnly: boolean }) {
  const busy = useStore(labStore, ({ activity }) => activity !== null);
  const [check, setCheck] = useState<DatabaseCheck | null>(null);
  const [working, setWorking] = useState(false);
  const look = async (repair: boolean) => {
    setWorking(true);
    try {
      setCheck(await ask(repair ? window.lab.databaseRepair() : window.lab.databaseCheck()));
    } catch (error) {
      showFailure(repair ? "The database was not repaired" : "The database was not checked", error);
    } finally {
      setWorking(false);
    }
  };
  return (
    <section className={classes["tuning"]}>
      <div className={classes["tuningHead"]}>
        <h2>Database</h2>
        <div className={classes["databaseTools"]}>
          <Button
            variant="default"
            leftSection={<Stethoscope {...icon} />}
            disabled={working}
            onClick={() => void look(false)}
          >
            {working ? "Checking…" : "Check"}
          </Button>
          <Button
            variant="default"
            leftSection={<DatabaseBackup {...icon} />}
            disabled={working || busy || readOnly}
            onClick={() => void look(true)}
          >
            Check and repair
          </Button>
          <Button
            variant="default"
            leftSection={<FileDown {...icon} />}
            onClick={() => void exportRuns("database", null)}
          >
            Save a copy as SQLite
          </Button>
        </div>
      </div>
      {check !== null && (
        <div role="status" className={classes["tuningNote"]}>
          {check.sound
            ? `Every page and every reference is sound${check.done.length > 0 ? " now" : ""}.`
            : "The database is damaged. Export a bundle of what can be read, then restart the app: it keeps this file aside and restores the last backup."}
          {[...check.done, ...check.findings].length > 0 && (
            <ul>
              {[...check.done, ...check.findings].map((line, i) => (
                <li key={i}>{line}</li>
              ))}
            </ul>
          )}
        </div>
      )}
      <SqlConsole />
    </section>
  );
}
