import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStore } from "../../../src/main/store/open/open-store.ts";
import type { Store } from "../../../src/main/store/store.ts";
import { gradcheckReportSchema } from "../../../src/shared/experiments/gradcheck.ts";
import { initReportSchema } from "../../../src/shared/experiments/init.ts";
import { repeatCommand } from "../../../src/shared/runs/repeat-command.ts";
import type { RunSummary } from "../../../src/shared/runs/run-records.ts";
import { NOTEBOOK_NETWORK } from "../../../src/shared/specs/network-spec.ts";
import { nativeBinding } from "../store/recorded-values.ts";
import { labHere } from "./lab-here.ts";
import { withLessEffort } from "./less-effort.ts";
import { APP_VERSION, labOptions, notebookSpec, openTunedLab } from "./open-test-lab.ts";

const network = { ...NOTEBOOK_NETWORK, data: { ...NOTEBOOK_NETWORK.data, rows: 64 } };
const gradcheck = { network, coordinates: 2, bug: null, tolerance: "strict", threads: 1 } as const;
const training = { spec: notebookSpec({ rows: 40, lr: 0.001 }), threads: 1 };

const folder = mkdtempSync(join(tmpdir(), "backprop-lab-repeat-"));
// As the commands: they take its tuning.
const options = { ...labOptions(folder, 2), appVersion: APP_VERSION };
const path = options.databasePath;
withLessEffort();

let originals: Readonly<Record<string, RunSummary>>;

beforeAll(async () => {
  const lab = await openTunedLab(options);
  originals = {
    "an initialisation as the window draws it": await lab.init.save({
      network,
      otherwise: "scaledNormal",
      gradients: true,
      threads: 2,
    }).done,
    "an initialisation of one side, forward only": await lab.init.save({
      network,
      otherwise: null,
      gradients: false,
      threads: 1,
    }).done,
    "a gradient check against two references": await lab.gradcheck.start({
      ...gradcheck,
      references: ["float64", "finite-difference"],
    }).done,
    "a gradient check of a bug, at every coordinate": await lab.gradcheck.start({
      ...gradcheck,
      references: ["direction"],
      bug: "input-8-percent",
      tolerance: "notebook",
      coordinates: null,
    }).done,
    "a ladder at a shape of one's own": await lab.ladder.start({
      preset: "custom",
      shape: { m: 8, k: 9, n: 10 },
      scaling: true,
      threads: 2,
      budgetSeconds: 0.1,
      seed: 3,
    }).done,
    "a training": await lab.training.start(training).done,
    "a search for a learning rate": await lab.lrsearch.start(training).done,
  };
  await lab.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a run was made with, and the content of its spec's file where it has one. */
function settingsOf(store: Store, { id, kind, config, threads }: RunSummary): Record<string, unknown> {
  if (kind === "init") return store.getReport(id, kind, initReportSchema).report.settings;
  if (kind === "gradcheck") return store.getReport(id, kind, gradcheckReportSchema).report.settings;
  if (kind === "ladder") return store.getLadder(id).settings;
  return { spec: JSON.parse(String(config["spec"])) as unknown, threads };
}

/** By a connection of its own: while a lab has the database, no command can save in it. */
function reading<T>(read: (store: Store) => T): T {
  const store = openStore({ path, nativeBinding });
  try {
    return read(store);
  } finally {
    store.close();
  }
}

it.each([
  "an initialisation as the window draws it",
  "an initialisation of one side, forward only",
  "a gradient check against two references",
  "a gradient check of a bug, at every coordinate",
  "a ladder at a shape of one's own",
  "a training",
  "a search for a learning rate",
])("repeatCommand() makes %s once more with the same settings", async (name) => {
  const first = originals[name];
  expect(first).toMatchObject({ status: "finished", failure: null });
  const settings = reading((store) => settingsOf(store, first));
  const { command, specFile } = repeatCommand(first);
  const file = join(folder, specFile ?? "none.json");
  writeFileSync(file, JSON.stringify(settings["network"] ?? settings["spec"] ?? null));
  const args = command.split(" ").map((word) => (word === specFile ? file : word));
  const known = reading((store) => store.listRuns().map(({ id }) => id));
  // To look for PyTorch takes seconds, and is no setting of a ladder.
  const quick = first.kind === "ladder" ? ["--no-pytorch"] : [];
  const { stderr } = await labHere(...args, ...quick, "--database", path);
  expect(stderr).not.toMatch(/^lab:/m);
  reading((store) => {
    const made = store.listRuns().filter(({ id }) => !known.includes(id));
    expect(made).toMatchObject([{ kind: first.kind }]);
    expect(settingsOf(store, made[0])).toEqual(settings);
  });
});
