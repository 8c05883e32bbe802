import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { openStore } from "../../../src/main/store/open/open-store.ts";
import { cell, machine, nativeBinding, notebookRun } from "./recorded-values.ts";

// Run as a process of its own: a thread for each database named on the command line writes to it until the process is
// killed. Once every run has a few cells, the runs' ids are said in one line, in the order of the databases.

/** Writes without end. @param started Hears the run's id, or that another process writes. */
function write(path: string, started: (said: string) => void): void {
  const store = openStore({ path, nativeBinding });
  if (store.readOnly) {
    started("read-only");
    return;
  }
  store.saveMachine(machine);
  const { id } = store.createRun(notebookRun);
  for (let batch = 0; ; batch++) {
    store.addCell(id, cell(batch + 1));
    const points = Array.from({ length: 50 }, (_, i) => ({
      name: "loss",
      step: batch * 50 + i,
      epoch: 0,
      value: 1,
      wallMs: 1,
    }));
    store.addMetrics(id, points);
    if (batch === 5) started(id);
  }
}

if (isMainThread) {
  const paths = process.argv.slice(2);
  const said = paths.map(() => "");
  for (const [at, path] of paths.entries()) {
    new Worker(new URL(import.meta.url), { workerData: path }).once("message", (line: string) => {
      said[at] = line;
      if (!said.includes("")) process.stdout.write(`${said.join(" ")}\n`);
    });
  }
} else {
  write(workerData as string, (said) => parentPort?.postMessage(said));
}
