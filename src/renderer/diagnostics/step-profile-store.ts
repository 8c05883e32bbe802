import type { IpcEvent } from "../../shared/ipc/ipc-contract.ts";
import type { ProfileRecord } from "../../shared/experiments/step-profile.ts";
import type { TrainSpec } from "../../shared/specs/train-spec.ts";
import { ask } from "../bridge/lab.ts";
import { createStore } from "../store/create-store.ts";
import { showFailure } from "../store/lab-store.ts";

/** The profile that is shown: the last one that was measured, or one opened from its run. */
export const profileStore = createStore<ProfileRecord | null>(null);

export const showProfile = (record: ProfileRecord): void => profileStore.set(record);

/** Takes up every profile that is measured, here or from another window. @returns how to stop listening. */
export function connectProfile(): () => void {
  return window.lab.on("runChanged", ({ id, kind, status }: IpcEvent<"runChanged">) => {
    if (kind === "profile" && status === "finished") void readProfile(id);
  });
}

async function readProfile(runId: string): Promise<void> {
  try {
    showProfile(await ask(window.lab.profileGet({ runId })));
  } catch (error) {
    showFailure("The profile could not be read", error);
  }
}

export async function startProfile(spec: TrainSpec, threads: number): Promise<void> {
  try {
    await ask(window.lab.profileStart({ spec, threads }));
  } catch (error) {
    showFailure("The step was not measured", error);
  }
}
