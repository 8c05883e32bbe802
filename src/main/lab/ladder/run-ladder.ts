import { randomStream, type RandomStream } from "../../../core/random/random-stream.ts";
import type { LadderSettings, ProductShape, RungResult } from "../../../shared/experiments/ladder.ts";
import type { Effort } from "../../timing/interleave.ts";
import type { Engine } from "../../engine/engine.ts";
import type { ActivityHandle } from "../activity/activity-handle.ts";
import { climb } from "./climb.ts";
import { shapesOf, sharesOf } from "./ladder-shapes.ts";
import type { Limits } from "./limits.ts";
import { compareWithReference, makeOperands, type Operands } from "../rungs/operands.ts";
import { rankRungs } from "./rank-rungs.ts";
import { RungMeasurement, type RungIdentity } from "./rung-measurement.ts";
import type { Contender } from "../rungs/contender.ts";
import { ownContenders } from "../rungs/own-contenders.ts";
import { saidShape } from "./words.ts";

/** Streams of the seed, beyond those of the matrices. */
const STREAMS = { turns: 10, bootstrap: 11 } as const;

/** A rung of another library, or why it is not there. */
export type ForeignRung = Contender | (RungIdentity & { readonly unavailable: string });

/** What measuring a ladder needs and whom it tells. */
export interface LadderRun {
  readonly engine: Engine;
  readonly settings: LadderSettings;
  readonly limits: Limits;
  readonly effort: Effort;
  /** Forecast time at a shape: its part of the progress. */
  readonly shapeMs: (shape: ProductShape) => number;
  /** Rungs of other libraries on these operands. */
  readonly foreign: (operands: Operands) => Promise<readonly ForeignRung[]>;
  readonly activity: ActivityHandle;
  /** A rung has new samples. */
  readonly onChange: (measurement: RungMeasurement) => void;
  /** All that is known of a shape, also when the ladder ends there; to be saved. */
  readonly onShape: (results: readonly RungResult[]) => void;
}

interface Position {
  readonly bootstrap: RandomStream;
  readonly turns: RandomStream;
  order: number;
}

async function climbAtShape(
  run: LadderRun,
  shape: ProductShape,
  at: Position,
  activity: ActivityHandle,
): Promise<void> {
  const { engine, settings, limits } = run;
  const { threads, seed } = settings;
  const measurements: RungMeasurement[] = [];
  const scope = engine.arena.scope();
  try {
    activity.phase("computing the float64 product");
    activity.progress(0);
    const operands = await makeOperands(engine, scope, shape, { seed, threads });
    activity.phase("handing the matrices to other libraries");
    const foreign = await run.foreign(operands);
    const contenders = [
      ...ownContenders(engine, operands, sharesOf(settings)),
      ...foreign.filter((rung): rung is Contender => !("unavailable" in rung)),
    ];
    try {
      await climb(contenders, measurements, {
        shape,
        budgetMs: settings.budgetSeconds * 1000,
        effort: run.effort,
        now: () => performance.now(),
        stream: at.turns,
        peakGflops: limits.peakGflops,
        compare: () => compareWithReference(engine, operands, threads),
        nextOrder: () => at.order++,
        activity,
        onChange: run.onChange,
      });
    } finally {
      for (const rung of foreign) {
        if (!("unavailable" in rung)) continue;
        const measurement = new RungMeasurement(rung, shape, null);
        measurement.end("unavailable", rung.unavailable);
        measurements.push(measurement);
      }
    }
  } finally {
    scope.release();
    const results = measurements.map((measurement) => measurement.result());
    if (results.length > 0) run.onShape(await rankRungs(results, at.bootstrap));
  }
}

/**
 * Climbs the ladder at each shape of the settings.
 *
 * @throws {ExperimentCancelled} What was measured until then has been told. @throws {TaskError} @throws {OutOfMemoryError}
 */
export async function runLadder(run: LadderRun): Promise<void> {
  const { settings } = run;
  const shapes = shapesOf(settings);
  const shares = shapes.map(run.shapeMs);
  const total = shares.reduce((sum, ms) => sum + ms, 0);
  const at: Position = {
    bootstrap: randomStream(settings.seed, STREAMS.bootstrap),
    turns: randomStream(settings.seed, STREAMS.turns),
    order: 0,
  };
  let done = 0;
  for (const [index, shape] of shapes.entries()) {
    run.activity.checkpoint();
    const from = done / total;
    done += shares[index] ?? 0;
    await climbAtShape(
      run,
      shape,
      at,
      run.activity.part({ from, to: done / total, title: saidShape(shape) }),
    );
  }
}
