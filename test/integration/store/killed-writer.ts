import { openStore } from "../../../src/main/store/open/open-store.ts";
import { cell, machine, nativeBinding, notebookRun } from "./recorded-values.ts";

/** Run as a process of its own: writes to the database named on the command line until it is killed. */
const store = openStore({ path: process.argv[2] ?? "", nativeBinding });
if (store.readOnly) {
  process.stdout.write("read-only\n");
  process.exit(0);
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
  if (batch === 5) process.stdout.write(`${id}\n`);
}
