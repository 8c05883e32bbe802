import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { ContractError } from "../../../core/errors.ts";
import type {
  ClusterFound,
  ClusterSweepStatus,
  CollectedSweep,
  KnownSweep,
  ScriptPreviewRequest,
  SubmittedSweep,
  WindowSweepRequest,
} from "../../../shared/experiments/cluster-sweep.ts";
import type { GivenFor } from "../../exchange/weights/given-weights.ts";
import { replaceFile } from "../../data/replace-file.ts";
import { messageOf } from "../../timing/message-of.ts";
import type { ClusterLab } from "./cluster-lab.ts";
import { shellFor } from "./cluster-shell.ts";
import { jobScript } from "./job-script.ts";
import { Slurm } from "./slurm.ts";
import { SweepFolder } from "./sweep-folder.ts";

const listSchema = v.array(v.object({ dir: v.string() }));
/** A log of days is read by its end. */
const MOST_LOG_CHARACTERS = 100_000;

/**
 * The sweeps that this computer has submitted, as the window knows them: by id, never by path. The list of their folders
 * lies beside the database; all else is in the folders, so that it outlives a restart of the app.
 */
export class KnownSweeps {
  readonly #cluster: ClusterLab;
  readonly #file: string;

  constructor(cluster: ClusterLab, databasePath: string) {
    this.#cluster = cluster;
    this.#file = join(dirname(databasePath), "cluster-sweeps.json");
  }

  /** Whether Slurm is here, or on a login node, and how the cluster is called. */
  async find({ host }: { readonly host?: string | undefined }): Promise<ClusterFound> {
    try {
      const { cluster } = await new Slurm(shellFor(host)).limits();
      return { cluster, why: "" };
    } catch (error) {
      return { cluster: null, why: messageOf(error) };
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
    const known = knownSweep(dir);
    const dirs = this.#dirs().filter((one) => one !== dir);
    await this.#write([...dirs, dir]);
    return known;
  }

  /** The newest first; folders that are gone, on a disk that is away for example, are left out and stay in the list. */
  list(): readonly KnownSweep[] {
    return this.#dirs()
      .flatMap((dir) => {
        try {
          return [knownSweep(dir)];
        } catch {
          return [];
        }
      })
      .toReversed();
  }

  status(sweep: { readonly id: string }): Promise<ClusterSweepStatus> {
    return this.#cluster.status(this.#dirOf(sweep));
  }

  /** @throws {ContractError} If an activity is on or the host is away. */
  collect(sweep: { readonly id: string }): Promise<CollectedSweep> {
    return this.#cluster.collect(this.#dirOf(sweep));
  }

  /** @throws {ContractError} If Slurm does not answer or refuses. */
  again(sweep: { readonly id: string }): Promise<SubmittedSweep> {
    return this.#cluster.again(this.#dirOf(sweep));
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
    await this.#write(this.#dirs().filter((one) => one !== dir));
  }

  #dirOf({ id }: { readonly id: string }): string {
    const known = this.list().find((one) => one.id === id);
    if (known !== undefined) return known.dir;
    throw new ContractError(
      "This sweep's folder is not there any more: it was moved or deleted, or its disk is away",
    );
  }

  #dirs(): readonly string[] {
    try {
      return v.parse(listSchema, JSON.parse(readFileSync(this.#file, "utf8"))).map(({ dir }) => dir);
    } catch {
      // None yet; a damaged list costs the folders' places, which a person knows.
      return [];
    }
  }

  async #write(dirs: readonly string[]): Promise<void> {
    const text = JSON.stringify(dirs.map((dir) => ({ dir })));
    await replaceFile(this.#file, (file) => file.writeFile(text), { private: true });
  }
}

function knownSweep(dir: string): KnownSweep {
  const { id, jobName, name, createdAt, trainings, options } = new SweepFolder(dir).order();
  return { id: `${id} ${jobName}`, name, createdAt, trainings, dir, host: options.host ?? null };
}
