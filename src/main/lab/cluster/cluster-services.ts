import type { StoredDataset } from "../../../shared/experiments/stored-dataset.ts";
import type { TrainingState } from "../../../shared/experiments/training.ts";
import type { InstructionSet } from "../../../shared/engine/instruction-sets.ts";
import type { RunChange } from "../../../shared/runs/run-changes.ts";
import type { RunDetails } from "../../../shared/runs/run-records.ts";
import type { ImportedBundle, Replacing } from "../../../shared/runs/run-exports.ts";
import type { TrainSpec } from "../../../shared/specs/train-spec.ts";
import type { LabEvent, StartedRun } from "../activity/experiment.ts";
import type { GivenParameters } from "../compute/network-setup.ts";

interface Order {
  readonly spec: TrainSpec;
  readonly threads: number;
  readonly given?: GivenParameters | null;
  readonly sweep?: string;
}

/** What a sweep on a cluster needs of the lab: the same trainings and runs as anybody's. */
export interface ClusterServices {
  readonly training: {
    identify(order: Order): { readonly id: string };
    outlook(spec: TrainSpec): { readonly misfit: string; readonly expectedMs: number };
    start(order: Order): StartedRun;
    resume(order: { readonly runId: string; readonly given?: GivenParameters | null }): StartedRun;
    state(): TrainingState;
  };
  readonly runs: {
    get(request: { readonly runId: string }): RunDetails;
    change(request: { readonly runIds: readonly string[]; readonly change: RunChange }): unknown;
    importEach(
      paths: readonly string[],
      order?: {
        readonly onBundle?: (bundle: ImportedBundle) => void;
        readonly replacing?: Replacing;
      },
    ): Promise<readonly ImportedBundle[]>;
    export(request: {
      readonly what: "bundle";
      readonly runIds: readonly string[];
      readonly path: string;
      readonly weights: boolean;
      readonly points?: number | null;
    }): Promise<number>;
  };
  readonly datasets: {
    /** The folder of imported data sets. */
    readonly root: string;
    /** As it is described in the database; undefined for MNIST, toys, and folders of an earlier version. */
    stored(id: string): StoredDataset | undefined;
    add(stored: StoredDataset): Promise<void>;
  };
  readonly code: {
    readonly appVersion: string;
    readonly kernelsHash: string;
    readonly kernels: InstructionSet;
  };
  /** Where the lab that is to be copied lies. */
  readonly place: { readonly appPath: string; readonly resourcesDir: string; readonly databasePath: string };
  /** Ends the training that is on. */
  cancel(): void;
  subscribe(listener: (event: LabEvent) => void): () => void;
}
