import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openSeedNotebook, withParameters } from "../../../src/main/lab/live/seed-notebook.ts";
import type { LabDocument } from "../../../src/shared/documents/lab-document.ts";
import { NOTEBOOK_NETWORK } from "../../../src/shared/specs/network-spec.ts";
import { THOROUGH } from "../../thorough.ts";
import { notebookSpec, openTestLab, type TestLab } from "./open-test-lab.ts";

/** Time for work that has a small part of a core; nothing is judged by it. */
const HANG_GUARD_MS = 300_000;

let open: TestLab;
let neighbours: readonly ChildProcess[] = [];
beforeAll(async () => {
  open = await openTestLab(3);
});
afterEach(() => {
  for (const one of neighbours) one.kill("SIGKILL");
  neighbours = [];
});
afterAll(() => open.close());

/** The notebook up to its first gradients and their check, but for the products that take seconds of one core. */
async function firstStage(): Promise<LabDocument> {
  const parameters = { SAMPLES: 1, CHECK_ROWS: 32, DIFFERENCES: 2 };
  const whole = withParameters(await openSeedNotebook(open.lab.documents), parameters);
  const end = whole.cells.findIndex(({ id }) => id === "c37");
  return { ...whole, cells: whole.cells.slice(0, end).filter(({ id }) => id !== "c1") };
}

/** Processes that compute without end, at the priority of any program. */
function keepBusy(processes: number): void {
  neighbours = Array.from({ length: processes }, () =>
    spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }),
  );
}

describe("a lab on a busy machine (A13)", () => {
  it(
    "runs the notebook beside six busy processes: no waiting worker is declared dead",
    async () => {
      const document = await firstStage();
      keepBusy(6);
      const settings = { seed: 7, rows: 100, threads: 2, limitMs: null };
      const { runId } = await open.lab.session.runSaved({ document, settings }, {});
      const { run } = open.lab.runs.get({ runId });
      expect(run.failure).toBeNull();
      expect(run.status).toBe("finished");
    },
    HANG_GUARD_MS,
  );

  it(
    "cancels beside ten busy processes without waiting for workers that have no core, and goes on",
    async () => {
      keepBusy(10);
      const { lab } = open;
      const spec = notebookSpec({ rows: 2_000, epochs: 1_000, lr: 1e-6 });
      const statuses: string[] = [];
      for (const afterMs of THOROUGH ? [50, 400, 900] : [50, 400]) {
        const started = lab.training.start({ spec, threads: 2, again: true });
        await wait(afterMs);
        lab.activity.cancel();
        statuses.push((await started.done).status);
        const check = lab.gradcheck.start({
          network: NOTEBOOK_NETWORK,
          references: ["float64"],
          bug: null,
          coordinates: 5,
          tolerance: "strict",
          threads: 2,
        });
        await wait(afterMs);
        lab.activity.cancel();
        statuses.push((await check.done).status);
      }
      expect(new Set(statuses)).toEqual(new Set(["cancelled"]));
      for (const one of neighbours) one.kill("SIGKILL");
      // What was left behind has not written into what comes after it.
      const after = notebookSpec({ rows: 2_000, lr: 1e-4 });
      const curves: string[] = [];
      for (let time = 0; time < 2; time++) {
        const { id, status } = await lab.training.start({ spec: after, threads: 2, again: true }).done;
        expect(status).toBe("finished");
        curves.push(JSON.stringify(lab.runs.metrics(id).map(({ name, value }) => [name, value])));
      }
      expect(curves[0]).toContain('"loss"');
      expect(curves[1]).toBe(curves[0]);
    },
    HANG_GUARD_MS,
  );

  it.runIf(process.platform === "linux")("gives its workers a lower priority than main has", () => {
    const niceness = readdirSync("/proc/self/task").map((thread) => {
      const stat = readFileSync(`/proc/self/task/${thread}/stat`, "utf8");
      return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
    });
    const own = Number(readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ")[16]);
    expect(niceness.filter((nice) => nice > own).length).toBeGreaterThanOrEqual(3);
  });
});
