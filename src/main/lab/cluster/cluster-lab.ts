import { join, relative } from "node:path/posix";
import { errorOf } from "../../../core/thrown.ts";
import { ContractError } from "../../../core/errors.ts";
import type {
  ClusterSweepStatus,
  CollectedSweep,
  SubmittedSweep,
} from "../../../shared/experiments/cluster-sweep.ts";
import { arrayExpression, taskOf, tasksOf, USUAL_MAX_ARRAY_SIZE } from "./array-tasks.ts";
import { ClusterMirror } from "./cluster-mirror.ts";
import type { ClusterServices } from "./cluster-services.ts";
import { shellFor, type ClusterShell } from "./cluster-shell.ts";
import { collectSweep, DAMAGED } from "./collect-sweep.ts";
import { findSweep, statusOf, type SweepView } from "./find-sweep.ts";
import { clustersOf } from "./job-script.ts";
import { requireNode } from "./require-node.ts";
import { prepareSweep, type PreparedSweep, type SweepRequest } from "./prepare-sweep.ts";
import { Slurm } from "./slurm.ts";
import { submitCommand, submitMissing } from "./submit-sweep.ts";
import { SweepFolder } from "./sweep-folder.ts";
import { SweepTask, type TaskEnd, type TaskHost } from "./sweep-task.ts";
import { isActive } from "./training-states.ts";

/** Slurm on a host whose files cannot be had. */
const unheardSlurm = (error: unknown): Slurm =>
  new Slurm({
    host: null,
    run: () => Promise.reject(errorOf(error)),
  });

/** A sweep for a cluster, as it is asked for. */
export type ClusterSweepOrder = Omit<SweepRequest, "maxArraySize" | "dirOnCluster">;

/** Hands a sweep to Slurm, says how it stands, and gets its runs back: those that the lab would have computed itself. */
export class ClusterLab {
  readonly #services: ClusterServices;

  constructor(services: ClusterServices) {
    this.#services = services;
  }

  /**
   * Makes a sweep's folder and submits it; a folder that is there already is gone on with.
   *
   * @throws {ContractError} If Slurm is missing or refuses, or a training does not fit its data.
   */
  async submit(order: ClusterSweepOrder): Promise<SubmittedSweep> {
    const shell = shellFor(order.options.host);
    const slurm = new Slurm(shell, clustersOf(order.options));
    const { maxArraySize, maxJobCount } = await slurm.limits();
    await requireNode(shell, order.options);
    const { folder } = await this.#prepare(order, shell, Math.min(maxArraySize, maxJobCount));
    return this.again(folder.dir);
  }

  /** Makes a sweep's folder and submits nothing: a person does, by the command that is answered. @throws {ContractError} */
  async prepare(order: ClusterSweepOrder): Promise<SubmittedSweep> {
    const shell = shellFor(order.options.host);
    const maxArraySize = await new Slurm(shell, clustersOf(order.options)).limits().then(
      (limits) => Math.min(limits.maxArraySize, limits.maxJobCount),
      () => USUAL_MAX_ARRAY_SIZE,
    );
    const { folder, order: made } = await this.#prepare(order, shell, maxArraySize);
    const tasks = tasksOf(made.trainings, made.chunk);
    const all = Array.from({ length: tasks }, (_, task) => task);
    return {
      dir: folder.dir,
      trainings: made.trainings,
      tasks,
      submitted: 0,
      job: null,
      command: submitCommand(
        join(made.dirOnCluster, "array.sh"),
        arrayExpression(all, made.options.arrayLimit),
      ),
    };
  }

  /** Submits what is neither done nor queued. @throws {ContractError} If Slurm does not answer or refuses. */
  async again(dir: string): Promise<SubmittedSweep> {
    const { folder, slurm, mirror } = this.#open(dir);
    await mirror?.push();
    return submitMissing(folder, slurm, { ...this.#view, elsewhere: await mirror?.look() });
  }

  /** How every training stands. @throws {ContractError} If the folder is no sweep's. */
  async status(dir: string): Promise<ClusterSweepStatus> {
    const { folder, slurm, mirror } = this.#open(dir);
    const looked = mirror?.look() ?? Promise.resolve(undefined);
    return looked.then(
      (elsewhere) => statusOf(folder, slurm, { ...this.#view, elsewhere }),
      // Without the files there, what Slurm says now would be judged by files of then: the last that is known is said.
      (error: unknown) => statusOf(folder, unheardSlurm(error), this.#view),
    );
  }

  /**
   * Takes what is done and not here yet, and what trainings that have failed or are lost had: whether they are, Slurm must
   * be asked. Where it does not answer, what is done is taken all the same.
   *
   * @throws {ContractError} If an activity is on or the host is away.
   */
  async collect(dir: string): Promise<CollectedSweep> {
    const { folder, slurm, mirror } = this.#open(dir);
    const elsewhere = await mirror?.look();
    await mirror?.fetch("done", [...(elsewhere?.done ?? [])]);
    const { trainings, problem } = await statusOf(folder, slurm, { ...this.#view, elsewhere });
    const stopped = trainings.flatMap(({ index, left }) => (left === "kept" ? [index] : []));
    await mirror?.fetch("state", stopped);
    const collected = await collectSweep(this.#services, folder, stopped);
    await mirror?.putAside(
      collected.damaged.flatMap(({ file }) => (file.endsWith(DAMAGED) ? [relative(folder.dir, file)] : [])),
    );
    const states = new Set([...folder.indices("state"), ...(elsewhere?.state ?? [])]);
    const open = trainings.some(({ index, state }) => state === "unknown" && states.has(index));
    return { ...collected, problem: open ? problem : "" };
  }

  /** Ends what runs and takes back what waits; what is done stays. @returns how many tasks. @throws {ContractError} */
  async cancel(dir: string): Promise<number> {
    const { folder, slurm } = this.#open(dir);
    const found = await findSweep(folder, slurm, this.#view);
    const active = [...(found.queue?.values() ?? [])].filter(isActive);
    await slurm.cancel([...new Set(active.map(({ job }) => job))]);
    return active.length;
  }

  /** The log of a training's task; null where it has none yet. @throws {ContractError} */
  async log(dir: string, index: number): Promise<{ readonly file: string; readonly text: string } | null> {
    const { folder, mirror } = this.#open(dir);
    await mirror?.look();
    const { chunk, trainings } = folder.order();
    if (!Number.isInteger(index) || index < 0 || index >= trainings) {
      throw new ContractError(`There is no training ${index}: the sweep has ${trainings}, from 0 on`);
    }
    return folder.log(taskOf(index, chunk));
  }

  /** What a task of the array runs, on a compute node. @throws {ContractError} */
  task(host: TaskHost): Promise<TaskEnd> {
    return new SweepTask(this.#services, host).run();
  }

  /** Brings one task back into the queue, which ends it here. @throws {ContractError} */
  async requeue(dir: string, arrayTask: string): Promise<void> {
    const { options } = new SweepFolder(dir).order();
    await new Slurm(shellFor(null), clustersOf(options)).requeue(arrayTask);
  }

  get #view(): SweepView {
    return { database: this.#services.place.databasePath };
  }

  async #prepare(
    order: ClusterSweepOrder,
    shell: ClusterShell,
    maxArraySize: number,
  ): Promise<PreparedSweep> {
    const { host } = order.options;
    const elsewhere =
      host === undefined ? {} : { dirOnCluster: (name: string) => ClusterMirror.folderOn(shell, name) };
    return prepareSweep(this.#services, { ...order, maxArraySize, ...elsewhere });
  }

  #open(dir: string): {
    readonly folder: SweepFolder;
    readonly slurm: Slurm;
    readonly mirror: ClusterMirror | null;
  } {
    const folder = new SweepFolder(dir);
    const order = folder.order();
    const shell = shellFor(order.options.host);
    const slurm = new Slurm(shell, clustersOf(order.options));
    return { folder, slurm, mirror: shell.host === null ? null : new ClusterMirror(folder, shell) };
  }
}
