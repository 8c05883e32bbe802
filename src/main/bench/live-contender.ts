import type { Engine } from "../engine/engine.ts";
import type { Batch, Contender } from "../timing/contender.ts";
import type { CaseRecipe } from "./cases/bench-case.ts";
import { DEFINITIONS, openLive, openLiveKernel, PROOF, runLive, type LivePlaces } from "./open-live.ts";

/** The recipe's function, and whether a person writes it at all. */
const FUNCTIONS: Partial<Record<CaseRecipe["kind"], string>> = {
  "notebook-forward": "forward",
  "notebook-forward-backward": "forward_and_backward",
};

export const isWrittenLive = ({ kind }: CaseRecipe): boolean => kind in FUNCTIONS;

/**
 * The case as cells that a person writes: recorded by the sandbox, lowered, timed by `time`. Its numbers are its own
 * (MNIST and drawn weights); its gradients are held against float64 before it is timed.
 *
 * @throws {KernelUnavailableError} If they are wrong.
 */
export async function liveContender(
  engine: Engine,
  { recipe, threads, places }: { recipe: CaseRecipe; threads: number; places: LivePlaces },
): Promise<Contender> {
  const lab = openLive(engine, places);
  const kernel = await openLiveKernel(lab, threads);
  try {
    await runLive(kernel, DEFINITIONS);
    await runLive(kernel, PROOF);
  } catch (error) {
    await lab.close();
    throw error;
  }
  return {
    name: "live",
    version: "cells",
    threads,
    sample: async (_calls, samples): Promise<Batch> => {
      const cpuBefore = process.cpuUsage();
      const wallBefore = performance.now();
      const samplesMs = await runLive(
        kernel,
        `show({ took: time(() => ${FUNCTIONS[recipe.kind] ?? ""}(x, y), { samples: ${samples} }) });`,
      );
      const { user, system } = process.cpuUsage(cpuBefore);
      return { samplesMs, cpuMs: (user + system) / 1000, wallMs: performance.now() - wallBefore };
    },
    close: () => lab.close(),
  };
}
