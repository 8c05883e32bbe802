import {
  profileReportSchema,
  type ProfileRecord,
  type StepProfile,
} from "../../../shared/experiments/step-profile.ts";
import type { Quantities } from "../../../shared/runs/run-records.ts";
import type { ActivityHandle } from "../activity/activity-handle.ts";
import type { LabServices, StartedRun } from "../activity/experiment.ts";
import { noteNotFinite } from "../activity/note-not-finite.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import type { DataRows } from "../compute/data-rows.ts";
import { trainingConfig } from "./record/training-summary.ts";
import { resolveTraining } from "./resolved-training.ts";
import { profiledTraining, profileStep } from "./session/profile-step.ts";
import { requireRoom } from "./session/require-room.ts";
import type { TrainingOrder } from "./training-order.ts";

type ProfileOrder = Pick<TrainingOrder, "spec" | "threads">;

const TITLE = "Profiling a training step";

/** The numbers that a list of runs shows: microseconds of a whole step, and of one worker the parts of it. */
function summaryOf(profile: StepProfile | null): Quantities {
  if (profile === null) return {};
  const { plain, profiled, ops, restUs, threads } = profile;
  const ofAll = (kind: "us" | "waitUs"): number =>
    ops.reduce((sum, { workers }) => sum + workers.reduce((all, time) => all + time[kind], 0), 0) / threads;
  return noteNotFinite({
    medianMs: plain.medianUs / 1000,
    withClocksMs: profiled.medianUs / 1000,
    opsMs: ofAll("us") / 1000,
    barriersMs: ofAll("waitUs") / 1000,
    betweenOpsMs: restUs.reduce((sum, us) => sum + us, 0) / threads / 1000,
  });
}

/** Where the time of a training step goes, as the lab offers it: measuring it, with and without a run. */
export class ProfileLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #dataRows: DataRows;

  constructor(services: LabServices, supervisor: RunSupervisor, dataRows: DataRows) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#dataRows = dataRows;
  }

  /**
   * Leaves no run.
   *
   * @throws {ContractError} If another activity is on, or the network does not fit its data. @throws {OutOfMemoryError}
   */
  async measure(order: ProfileOrder): Promise<StepProfile> {
    requireRoom(profiledTraining(order.spec), order.threads, this.#services);
    return this.#supervisor.work("profile", TITLE, (activity) => this.#profile(order, activity));
  }

  /** The same as a run. @throws {ContractError} @throws {OutOfMemoryError} */
  start(order: ProfileOrder): StartedRun {
    const { spec, threads } = order;
    const tensorBytes = requireRoom(profiledTraining(spec), threads, this.#services);
    const training = resolveTraining(spec);
    const { epochs: _epochs, steps: _steps, ...config } = trainingConfig(training, { spec, threads });
    let found: StepProfile | null = null;
    return this.#supervisor.start(
      TITLE,
      {
        create: {
          kind: "profile",
          name: `Step of ${String(config["network"])}, ${spec.optimizer.name}, batch ${spec.batchSize}`,
          threads,
          rows: spec.data.rows,
          config,
        },
      },
      async (runId, activity) => {
        const profile = await this.#profile(order, activity);
        found = profile;
        this.#services.store.saveReport(runId, { spec, profile });
      },
      () => summaryOf(found),
      tensorBytes,
    );
  }

  /** @throws {StoreError} If there is no such run, or it was cut short. */
  get({ runId }: { readonly runId: string }): ProfileRecord {
    return this.#services.store.getReport(runId, "profile", profileReportSchema);
  }

  async #profile({ spec, threads }: ProfileOrder, activity: ActivityHandle): Promise<StepProfile> {
    const { engine, machineWatch } = this.#services;
    const stretch = machineWatch.begin();
    const profile = await profileStep(spec, { engine, dataRows: this.#dataRows, threads, activity });
    return { ...profile, conditions: stretch.look("while the step was timed") };
  }
}
