import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stage3Module } from "../../../src/core/notebook/stage-3-module.ts";
import type { Stage, StageGradients } from "../../../src/core/notebook/stage.ts";
import type { Ops, TensorLike } from "../../../src/core/ops/op.ts";
import type { Engine } from "../../../src/main/engine/engine.ts";
import { checkGradients } from "../../../src/main/lab/notebook/check-gradients.ts";
import { cellEntry } from "../../../src/main/lab/notebook/cell-table.ts";
import { runStage } from "../../../src/main/lab/notebook/run-stage.ts";
import { NotebookSession } from "../../../src/main/lab/notebook/session.ts";
import type { GradientCheck } from "../../../src/shared/runs/run-records.ts";
import { viewOf } from "../../../src/shared/engine/tensor-view.ts";
import { startEngine } from "../engine/start-engine.ts";
import { unwatchedActivity } from "./unwatched-activity.ts";

const SILENT = unwatchedActivity();

let engine: Engine;
let session: NotebookSession;
beforeAll(async () => {
  engine = await startEngine(2);
  session = new NotebookSession({
    engine,
    settings: { seed: 5, rows: 2_000, threads: 2, samples: 5, coordinates: 20 },
    resourcesDir: resolve("resources"),
    givenWeights: null,
  });
  for (const cell of ["3", "5", "7", "13", "16"]) await cellEntry(cell).run(session, SILENT);
});
afterAll(async () => {
  session.release();
  expect(engine.arena.allocations).toBe(0);
  await engine.close();
});

/** The Module stage with something wrong in the gradients it gives. */
const spoiled = (
  spoil: <T extends TensorLike>(ops: Ops<T>, gradients: StageGradients<T>) => StageGradients<T>,
): Stage => ({
  name: "spoiled",
  build: (ops, tensors, options) => {
    const built = stage3Module.build(ops, tensors, options);
    return { forward: () => built.forward(), backward: () => spoil(ops, built.backward()) };
  },
});

async function check(stage: Stage): Promise<readonly GradientCheck[]> {
  await runStage(session, SILENT, {
    stage,
    name: "spoiled",
    weights: session.weights,
    shift: 0.5,
    timed: "backward",
  });
  const gradients = session.stageGradients("spoiled", "64");
  return (await checkGradients(session, SILENT, { stage: "spoiled", gradients })).details.gradientChecks;
}

const failed = (checks: readonly GradientCheck[]): string[] => [
  ...new Set(checks.filter(({ passed }) => !passed).map(({ tensor }) => tensor)),
];

describe("checkGradients()", () => {
  it("accuses nothing in a correct backward pass", async () => {
    expect(failed(await check(stage3Module))).toEqual([]);
  });

  it("catches a bias gradient that belongs to another layer", async () => {
    const checks = await check(
      spoiled((ops, gradients) => {
        const b1 = ops.tensor("wrong b1.g", gradients.b1.shape);
        ops.run({ op: "columnSum", x: gradients.w1, out: b1 });
        return { ...gradients, b1 };
      }),
    );
    expect(failed(checks)).toEqual(["b1"]);
  });

  it("catches a relu whose mask was forgotten", async () => {
    const checks = await check(
      spoiled((ops, gradients) => {
        const w1 = ops.tensor("masked w1.g", gradients.w1.shape);
        ops.run({ op: "reluBackward", x: gradients.w1, dy: gradients.w1, dx: w1 });
        return { ...gradients, w1 };
      }),
    );
    expect(failed(checks)).toEqual(["w1"]);
    expect(checks.find(({ passed }) => !passed)?.reason).toMatch(/relMax|outside/);
  });

  it("catches an input gradient that is 1 % wrong", async () => {
    await check(stage3Module);
    const gradients = session.stageGradients("spoiled", "64");
    const x = viewOf(engine.arena.memory, gradients.gradients.x, "float32");
    for (let i = 0; i < x.length; i++) x[i] = (x[i] ?? NaN) * 1.01;
    const { details } = await checkGradients(session, SILENT, { stage: "spoiled", gradients });
    expect(failed(details.gradientChecks)).toEqual(["x"]);
  });
});
