import { readFileSync } from "node:fs";
import { messageLine } from "../../../core/thrown.ts";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { ContractError } from "../../../core/errors.ts";
import {
  isOver,
  type ClusterFound,
  type ClusterSweepStatus,
  type CollectedSweep,
  type KnownSweep,
  type ScriptPreviewRequest,
  type SubmittedSweep,
  type WindowSweepRequest,
} from "../../../shared/experiments/cluster-sweep.ts";
import type { GivenFor } from "../../exchange/weights/given-weights.ts";
import { replaceFile } from "../../data/replace-file.ts";
import type { LabEvent } from "../activity/experiment.ts";
import type { ClusterLab } from "./cluster-lab.ts";
import { shellFor } from "./cluster-shell.ts";
import { jobScript } from "./job-script.ts";
import { Slurm } from "./slurm.ts";
import { SweepCollector } from "./sweep-collector.ts";
import { SweepFolder } from "./sweep-folder.ts";

/** A line of the list; earlier versions did not collect by themselves. */
const listSchema = v.array(v.object({ dir: v.string(), collectsByItself: v.optional(v.boolean(), false) }));
type Listed = v.InferOutput<typeof listSchema>[number];
/** A log of days is read by its end. */
const MOST_LOG_CHARACTERS = 100_000;

export interface KnownSweepsServices {
  readonly cluster: ClusterLab;
  readonly store: { readonly path: string; readonly readOnly: boolean };
  /** Whether nothing else is on, so that runs can be taken. */
  readonly idle: () => boolean;
  readonly emit: (event: LabEvent) => void;
}

/**
 * The sweeps that this computer has submitted, as the window knows them: by id, never by path. The list of their folders,
 * and whether what is done is collected by itself, lies beside the database; all else is in the folders, so that it
 * outlives a restart of the app.
 */
export class KnownSweeps {
  readonly #services: KnownSweepsServices;
  readonly #cluster: ClusterLab;
  readonly #file: string;
  readonly #collector: SweepCollector;
  /** What went wrong last with a sweep that is collected by itself: the same is told once. */
  readonly #told = new Map<string, string>();

  constructor(services: KnownSweepsServices) {
    this.#services = services;
    this.#cluster = services.cluster;
    this.#file = join(dirname(services.store.path), "cluster-sweeps.json");
    this.#collector = new SweepCollector({
      status: (id) => this.#cluster.status(this.#dirOf({ id })),
      collect: (id) => this.#cluster.collect(this.#dirOf({ id })),
      idle: services.idle,
      looked: (id, status) => services.emit({ name: "sweepLooked", payload: { id, status } }),
      collected: (id, collected) => this.#tellCollected(id, collected),
      failed: (id, error) => this.#tellFailure(id, messageLine(error)),
    });
  }

  /** Collects what a person wants to be collected by itself, until the lab closes. */
  collectWished(): void {
    for (const { id, collectsByItself } of this.list()) if (collectsByItself) this.#watch(id);
  }

  close(): void {
    this.#collector.close();
  }

  /** Whether Slurm is here, or on a login node, and how the cluster is called. */
  async find({ host }: { readonly host?: string | undefined }): Promise<ClusterFound> {
    try {
      const { cluster } = await new Slurm(shellFor(host)).limits();
      return { cluster, why: "" };
    } catch (error) {
      return { cluster: null, why: messageLine(error) };
    }
  }

  /** The script as it will be, but for the folder's name. */
  script({ options, trainings }: ScriptPreviewRequest): { readonly script: string } {
    const tasks = Math.ceil(trainings / (options.chunk ?? 1));
    const text = jobScript({ dir: "FOLDER", jobName: "lab-sweep", tasks, options });
    return { script: options.chunk === undefined ? text.replace(/(--array=)\S+/, "$1…") : text };
  }

  /**
   * Submits, or only prepares, in a folder that a person has chosen.
   *
   * @param place.givenFor Weights that the trainings begin with; null where they are drawn.
   * @throws {ContractError} @throws {DataFormatError} If the weights do not fit a training.
   */
  async submitIn(
    request: Omit<WindowSweepRequest, "weights">,
    { parent, givenFor }: { readonly parent: string; readonly givenFor: GivenFor | null },
  ): Promise<SubmittedSweep> {
    const { sweep, name, options, prepareOnly } = request;
    const order = {
      sweep,
      name,
      options,
      from: parent,
      // A spec of the window names no files, see assertWeightsGiven.
      given: givenFor ?? (() => Promise.resolve(null)),
    };
    const made = prepareOnly ? await this.#cluster.prepare(order) : await this.#cluster.submit(order);
    await this.remember(made.dir);
    return made;
  }

  /** Adds a sweep's folder to the list. @throws {ContractError} If it is none. */
  async remember(dir: string): Promise<KnownSweep> {
    const [before = { dir, collectsByItself: false }] = this.#listed().filter((one) => one.dir === dir);
    const known = knownSweep(before);
    await this.#write([...this.#listed().filter((one) => one.dir !== dir), before]);
    return known;
  }

  /** The newest first; folders that are gone, on a disk that is away for example, are left out and stay in the list. */
  list(): readonly KnownSweep[] {
    return this.#listed()
      .flatMap((listed) => {
        try {
          return [knownSweep(listed)];
        } catch {
          return [];
        }
      })
      .toReversed();
  }

  async status({ id }: { readonly id: string }): Promise<ClusterSweepStatus> {
    const { dir, collectsByItself } = this.#sweepOf({ id });
    const status = await this.#cluster.status(dir);
    // Submitted anew from elsewhere, for example.
    if (collectsByItself && !isOver(status) && !this.#collector.watches(id)) this.#watch(id);
    return status;
  }

  /** Whether what is done is taken by itself from now on, and after a restart. */
  async collectByItself({ id, on }: { readonly id: string; readonly on: boolean }): Promise<void> {
    const dir = this.#dirOf({ id });
    await this.#write(
      this.#listed().map((one) => (one.dir === dir ? { ...one, collectsByItself: on } : one)),
    );
    if (on) this.#watch(id);
    else this.#collector.leave(id);
  }

  /** @throws {ContractError} If an activity is on or the host is away. */
  collect(sweep: { readonly id: string }): Promise<CollectedSweep> {
    return this.#cluster.collect(this.#dirOf(sweep));
  }

  /** @throws {ContractError} If Slurm does not answer or refuses. */
  async again({ id }: { readonly id: string }): Promise<SubmittedSweep> {
    const { dir, collectsByItself } = this.#sweepOf({ id });
    const submitted = await this.#cluster.again(dir);
    if (collectsByItself) this.#watch(id);
    return submitted;
  }

  /** @throws {ContractError} If Slurm does not answer. */
  async cancel(sweep: { readonly id: string }): Promise<{ readonly tasks: number }> {
    return { tasks: await this.#cluster.cancel(this.#dirOf(sweep)) };
  }

  /** @throws {ContractError} */
  async log(sweep: {
    readonly id: string;
    readonly index: number;
  }): Promise<{ readonly file: string; readonly text: string } | null> {
    const log = await this.#cluster.log(this.#dirOf(sweep), sweep.index);
    return log === null ? null : { file: log.file, text: log.text.slice(-MOST_LOG_CHARACTERS) };
  }

  /** Takes a sweep out of the list; its folder stays. */
  async forget(sweep: { readonly id: string }): Promise<void> {
    const dir = this.#dirOf(sweep);
    await this.#write(this.#listed().filter((one) => one.dir !== dir));
    this.#collector.leave(sweep.id);
  }

  #watch(id: string): void {
    // Nothing can be taken into a database that is only read.
    if (this.#services.store.readOnly) return;
    this.#told.delete(id);
    this.#collector.watch(id);
  }

  #tellCollected(id: string, { added, unfinished, damaged }: CollectedSweep): void {
    const { name } = this.#sweepOf({ id });
    if (added.length > 0) {
      this.#services.emit({
        name: "sweepCollected",
        payload: { id, name, runs: added.length, unfinished: unfinished.length },
      });
    }
    const [first] = damaged;
    if (first !== undefined) {
      this.#tellFailure(id, `${damaged.length} could not be read (${first.file}: ${first.reason})`);
    }
  }

  #tellFailure(id: string, message: string): void {
    if (this.#told.get(id) === message) return;
    this.#told.set(id, message);
    const name = this.list().find((one) => one.id === id)?.name ?? "A sweep";
    this.#services.emit({ name: "failure", payload: { title: `${name} was not collected`, message } });
  }

  #dirOf(sweep: { readonly id: string }): string {
    return this.#sweepOf(sweep).dir;
  }

  #sweepOf({ id }: { readonly id: string }): KnownSweep {
    const known = this.list().find((one) => one.id === id);
    if (known !== undefined) return known;
    throw new ContractError(
      "This sweep's folder is not there any more: it was moved or deleted, or its disk is away",
    );
  }

  #listed(): readonly Listed[] {
    try {
      return v.parse(listSchema, JSON.parse(readFileSync(this.#file, "utf8")));
    } catch {
      // None yet; a damaged list costs the folders' places, which a person knows.
      return [];
    }
  }

  async #write(list: readonly Listed[]): Promise<void> {
    await replaceFile(this.#file, (file) => file.writeFile(JSON.stringify(list)), { private: true });
  }
}

function knownSweep({ dir, collectsByItself }: Listed): KnownSweep {
  const { id, jobName, name, createdAt, trainings, options } = new SweepFolder(dir).order();
  const host = options.host ?? null;
  return { id: `${id} ${jobName}`, name, createdAt, trainings, dir, host, collectsByItself };
}
