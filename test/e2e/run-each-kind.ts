import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { LabBridge } from "../../src/shared/ipc/lab-bridge.ts";
import { TRAIN_PRESETS } from "../../src/shared/specs/train-presets.ts";

declare global {
  interface Window {
    lab: LabBridge;
  }
}

const { layers, loss } = TRAIN_PRESETS.small.spec;
const network = { layers, loss, data: { name: "mnist", split: "train", rows: 20 }, seed: 3 };

const fewRows = {
  ...TRAIN_PRESETS.small.spec,
  data: { name: "mnist", split: "train", rows: 200 },
  validRows: 50,
};

/** A small experiment of each kind. */
export const SMALL_EXPERIMENTS = {
  notebook:
    "// lab notebook 1 · title: Small · rows: 20\n// %% code id=a\nshow({ loss: tensor([1, 2]).mean() });\n",
  ladder: {
    preset: "custom",
    scaling: false,
    shape: { m: 8, k: 8, n: 8 },
    threads: 1,
    // The least there is: what is shown does not depend on it.
    budgetSeconds: 0.1,
    seed: 3,
  },
  init: { network, otherwise: null, gradients: false, threads: 1 },
  stages: { seed: 3, rows: 200, threads: 1, samples: 5 },
  gradcheck: {
    network,
    references: ["float64"],
    bug: null,
    coordinates: 2,
    tolerance: "strict",
    threads: 1,
  },
  training: { spec: { ...fewRows, epochs: 3 }, threads: 1 },
  lrsearch: { spec: fewRows, threads: 1 },
  profile: { spec: TRAIN_PRESETS.small.spec, threads: 1 },
} as const;

/** Runs a small experiment of each kind, one after the other. */
export async function runEachKind(page: Page): Promise<void> {
  const ends = await runToEnd(page, SMALL_EXPERIMENTS);
  expect(ends).toEqual(
    ["gradcheck", "init", "ladder", "lrsearch", "notebook", "profile", "stages", "training"].map(
      (kind) => `${kind} finished`,
    ),
  );
}

/** Starts experiments by their kind, each when the one before has ended; every run with how it ended. */
export const runToEnd = (
  page: Page,
  given: Readonly<Record<string, unknown>>,
): Promise<readonly string[] | string> =>
  page.evaluate(async (settings) => {
    const starts = {
      notebook: async (text: unknown) => {
        const made = await window.lab.documentsCreate({
          from: { kind: "text", text: String(text) },
          title: null,
        });
        if (!made.ok) return made;
        const { id: documentId } = made.value;
        return window.lab.sessionRun({ documentId, text: String(text), selection: { kind: "all" } });
      },
      ladder: window.lab.ladderStart,
      init: window.lab.initSave,
      stages: window.lab.stagesStart,
      gradcheck: window.lab.gradcheckStart,
      training: window.lab.trainingStart,
      lrsearch: window.lab.lrsearchStart,
      profile: window.lab.profileStart,
    } as Record<string, (input: unknown) => Promise<{ ok: boolean }>>;
    for (const [kind, input] of Object.entries(settings)) {
      const answer = await starts[kind](input);
      if (!answer.ok) return `${kind}: ${JSON.stringify(answer)}`;
      for (;;) {
        const activity = await window.lab.activityState();
        if (activity.ok && activity.value === null) break;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    const runs = await window.lab.runsList();
    return runs.ok ? runs.value.map(({ kind, status }) => `${kind} ${status}`).sort() : "no list";
  }, given);
