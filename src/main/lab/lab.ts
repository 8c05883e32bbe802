import type { RunSupervisor } from "./activity/run-supervisor.ts";
import type { LabEvent } from "./activity/experiment.ts";
import type { ClusterLab } from "./cluster/cluster-lab.ts";
import type { KnownSweeps } from "./cluster/known-sweeps.ts";
import type { DatasetsLab } from "./datasets/datasets-lab.ts";
import type { DiagnosticsLab } from "./diagnostics/diagnostics-lab.ts";
import type { KernelsLab } from "./diagnostics/kernels-lab.ts";
import type { DocumentLibrary } from "./documents/document-library.ts";
import type { ExchangeLab } from "./exchange/exchange-lab.ts";
import type { GradcheckLab } from "./gradcheck/gradcheck-lab.ts";
import type { InitLab } from "./init/init-lab.ts";
import type { LadderLab } from "./ladder/ladder-lab.ts";
import type { LessonsLab } from "./lessons/lessons-lab.ts";
import type { LiveLab } from "./live/live-lab.ts";
import type { SessionLab } from "./live/session-lab.ts";
import type { DatabaseLab } from "./runs/database-lab.ts";
import type { RunsLab } from "./runs/runs-lab.ts";
import type { ViewsLab } from "./runs/views-lab.ts";
import type { StagesLab } from "./stages/stages-lab.ts";
import type { StepperLab } from "./stepper/stepper-lab.ts";
import type { LearnedLab } from "./training/learned/learned-lab.ts";
import type { PredictLab } from "./training/learned/predict-lab.ts";
import type { LrSearchLab } from "./training/lr-search-lab.ts";
import type { ProfileLab } from "./training/profile-lab.ts";
import type { TrainingLab } from "./training/training-lab.ts";

/**
 * Everything a person can ask of the lab, whatever asks: the window over IPC, the command line, the demo on a
 * machine without a display. A part for each experiment; one activity at a time. A call of the IPC contract is a
 * method of a part by its name, see ipc/lab-calls.ts.
 */
export interface Lab {
  /** What has to be said of how the saved runs were opened, and whether they were damaged. */
  readonly opened: { readonly notices: readonly string[]; readonly damaged: boolean };
  readonly ladder: LadderLab;
  readonly init: InitLab;
  readonly stages: StagesLab;
  readonly stepper: StepperLab;
  readonly live: Omit<LiveLab, "close">;
  readonly lessons: LessonsLab;
  readonly documents: Omit<DocumentLibrary, "close">;
  readonly session: Omit<SessionLab, "closeAll">;
  readonly gradcheck: GradcheckLab;
  readonly training: Omit<TrainingLab, "close">;
  readonly lrsearch: LrSearchLab;
  readonly profile: ProfileLab;
  readonly learned: LearnedLab;
  readonly exchange: Omit<ExchangeLab, "close">;
  readonly predict: PredictLab;
  readonly datasets: DatasetsLab;
  readonly runs: RunsLab;
  readonly cluster: ClusterLab;
  readonly sweeps: Omit<KnownSweeps, "close">;
  readonly views: ViewsLab;
  readonly database: DatabaseLab;
  readonly diagnostics: DiagnosticsLab;
  readonly kernels: KernelsLab;
  /** The long piece of work that is on. */
  readonly activity: Pick<RunSupervisor, "state" | "cancel">;
  /** Listens to everything; call the returned function to stop. */
  subscribe(listener: (event: LabEvent) => void): () => void;
  /**
   * Starts the worker threads and has their kernels chosen; experiments wait for it.
   *
   * @throws {TaskError} If the workers cannot start.
   */
  start(): Promise<void>;
  /** Cancels what is on, ends the workers, closes the database. */
  close(): Promise<void>;
}
