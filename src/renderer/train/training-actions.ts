import type { TestScore } from "../../shared/experiments/dataset-details.ts";
import type { Learned, WeightsChoice } from "../../shared/experiments/learned.ts";
import type { TrainingControl } from "../../shared/experiments/training.ts";
import type { TrainSpec } from "../../shared/specs/train-spec.ts";
import { ask } from "../bridge/lab.ts";
import { createStore } from "../store/create-store.ts";
import { showFailure, showInfo } from "../store/lab-store.ts";
import { openTraining } from "./training-store.ts";

/** A file of weights that the next training begins with. */
export const weightsStore = createStore<{ readonly name: string; readonly bytes: Uint8Array } | null>(null);

/** Its content, as main is told of it; nothing where weights are drawn. */
export function chosenWeights(): { readonly weights?: Uint8Array } {
  const weights = weightsStore.get()?.bytes;
  return weights === undefined ? {} : { weights };
}

/** Starts a training; one that has its run already is run once more, and says so. */
export async function startTraining(spec: TrainSpec, threads: number): Promise<void> {
  try {
    const request = { spec, threads, ...chosenWeights() };
    const before = await ask(window.lab.trainingFind(request));
    const { runId } = await ask(window.lab.trainingStart({ ...request, again: before !== null }));
    openTraining(runId);
    if (before !== null) {
      showInfo(
        "This training is there already",
        `The same spec, seed, threads and code as ${before.id}: the losses will be the same.`,
      );
    }
  } catch (error) {
    showFailure("The training did not start", error, { until: "next activity" });
  }
}

export async function resumeTraining(runId: string): Promise<void> {
  try {
    const { runId: resumed } = await ask(window.lab.trainingResume({ runId, underNewId: true }));
    openTraining(resumed);
    if (resumed !== runId) {
      showInfo(
        "The training goes on under a new id",
        `Run ${runId} was begun with other kernels, another version or other data, so that the rest would not be its own: ` +
          `it stays as it is, and run ${resumed} goes on from it. Its events say what differs.`,
      );
    }
  } catch (error) {
    showFailure("The training was not resumed", error, { until: "next activity" });
  }
}

export async function controlTraining(control: TrainingControl): Promise<void> {
  try {
    await ask(window.lab.trainingControl(control));
  } catch (error) {
    showFailure("The training did not answer", error);
  }
}

export async function enqueueTrainings(
  specs: readonly TrainSpec[],
  threads: number,
  note: string,
): Promise<void> {
  try {
    const requests = specs.map((spec) => ({ spec, threads }));
    await ask(window.lab.trainingEnqueue({ requests, note, ...chosenWeights() }));
    showInfo(specs.length === 1 ? "Added to the queue" : `${specs.length} trainings added to the queue`);
  } catch (error) {
    showFailure("The queue did not take it", error);
  }
}

/** Lets go on what an earlier session has left in the queue. */
export async function goOnWithQueue(): Promise<void> {
  try {
    await ask(window.lab.trainingQueueGoOn());
  } catch (error) {
    showFailure("The queue does not go on", error);
  }
}

export async function dequeueTrainings(ids: readonly string[]): Promise<void> {
  try {
    await ask(window.lab.trainingDequeue({ ids: [...ids] }));
  } catch (error) {
    showFailure("The queue was not changed", error);
  }
}

/** Searches a learning rate; what it finds is shown when it ends. */
export async function findLr(spec: TrainSpec, threads: number): Promise<void> {
  try {
    await ask(window.lab.lrsearchStart({ spec, threads, ...chosenWeights() }));
  } catch (error) {
    showFailure("No learning rate was looked for", error, { until: "next activity" });
  }
}

/** What a trained network has learned, as it was last looked at. */
export const learnedStore = createStore<Learned | null>(null);

export async function inspectTraining(runId: string, weights: WeightsChoice): Promise<void> {
  try {
    learnedStore.set(await ask(window.lab.learnedInspect({ runId, weights })));
  } catch (error) {
    showFailure("The network was not looked at", error, { until: "next activity" });
  }
}

/** The last look at test rows. */
export const testScoreStore = createStore<TestScore | null>(null);

export async function scoreOnTestRows(runId: string, weights: WeightsChoice): Promise<void> {
  try {
    testScoreStore.set(await ask(window.lab.predictTest({ runId, weights })));
  } catch (error) {
    showFailure("The test rows were not scored", error, { until: "next activity" });
  }
}
