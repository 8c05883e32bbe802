import { readdir, rm } from "node:fs/promises";
import { errorOf } from "../../../../core/thrown.ts";
import { basename, join } from "node:path";
import * as v from "valibot";
import { makeFolder } from "../../../data/make-folder.ts";
import { DataFormatError } from "../../../../core/errors.ts";
import { parameterShapes } from "../../../../core/network/network.ts";
import { stateNames } from "../../../../core/optimisers/optimiser.ts";
import { keptStep, NAMED_WEIGHTS, type WeightsChoice } from "../../../../shared/experiments/learned.ts";
import { countSchema } from "../../../../shared/runs/run-records.ts";
import { failureCode } from "../../../store/store-failure.ts";
import { readSafetensors, writeSafetensors, type SavedTensor } from "../../../data/safetensors.ts";
import type { ResolvedTraining } from "../resolved-training.ts";
import type { TrainingState } from "./trainer.ts";

const EXTENSION = ".safetensors";

/** `latest-*`: to go on from after a crash; `best`: lowest validation loss; `final`: the end; `kept-*`: on its way. */
export type CheckpointName = "latest-a" | "latest-b" | "best" | "final" | `kept-${number}`;

/** A training's state with what is not a number of the network. */
export interface Checkpoint {
  readonly state: TrainingState;
  /** Whether the sets were evaluated at this step, and that is recorded. */
  readonly evaluated: boolean;
  /** Time of training so far, over all its parts. */
  readonly wallMs: number;
}

/** What a run can have of checkpoints, and what could not be taken of them. */
export interface FoundCheckpoint {
  readonly checkpoint: Checkpoint;
  /** Why the other one was not taken, in words, or "". */
  readonly refused: string;
}

const metadataSchema = v.object({
  step: v.pipe(v.string(), v.transform(Number), v.safeInteger(), v.minValue(0)),
  evaluated: v.picklist(["true", "false"]),
  wallMs: v.pipe(v.string(), v.transform(Number), v.finite(), v.minValue(0)),
  rateChanges: v.pipe(
    v.string(),
    v.parseJson(),
    v.array(v.object({ step: countSchema, lr: v.pipe(v.number(), v.finite()) })),
  ),
});

/** Every tensor of a training's state: a parameter, or "x m", what the optimiser remembers of parameter x. */
function shapesOf({ spec, network }: ResolvedTraining): ReadonlyMap<string, readonly number[]> {
  const names = stateNames(spec.optimizer);
  return new Map(
    parameterShapes(network).flatMap(({ name, shape, learned }) => [
      [name, shape],
      ...(learned ? names.map((state): [string, readonly number[]] => [`${name} ${state}`, shape]) : []),
    ]),
  );
}

/** @throws {DataFormatError} If a tensor is missing, too many, or of another shape. */
function requireShapes(
  path: string,
  found: ReadonlyMap<string, readonly number[]>,
  wanted: ReadonlyMap<string, readonly number[]>,
): void {
  for (const [name, shape] of wanted) {
    const given = found.get(name);
    if (given?.join() === shape.join()) continue;
    const got = given === undefined ? "none" : `(${given.join(", ")})`;
    throw new DataFormatError(path, 8, `${name} of shape (${shape.join(", ")})`, got);
  }
  const extra = [...found.keys()].find((name) => !wanted.has(name));
  if (extra !== undefined) throw new DataFormatError(path, 8, "this training's tensors only", extra);
}

/** The checkpoints of one run: .safetensors files in a folder of its own, parameters and the optimiser's memory. */
export class Checkpoints {
  readonly folder: string;
  readonly #training: ResolvedTraining;
  #next: "latest-a" | "latest-b" = "latest-a";

  /** `root` is the database's folder for checkpoints. */
  constructor(root: string, runId: string, training: ResolvedTraining) {
    this.folder = join(root, runId);
    this.#training = training;
  }

  pathOf(name: CheckpointName): string {
    return join(this.folder, `${name}${EXTENSION}`);
  }

  /** Replaces the older of two, so that one is always whole. */
  async saveLatest(checkpoint: Checkpoint): Promise<void> {
    const name = this.#next;
    this.#next = name === "latest-a" ? "latest-b" : "latest-a";
    await this.save(name, checkpoint);
  }

  async save(name: CheckpointName, { state, evaluated, wallMs }: Checkpoint): Promise<void> {
    makeFolder(this.folder);
    const shapes = shapesOf(this.#training);
    const tensors = Object.entries(state.values).map(([tensor, data]): [string, SavedTensor] => [
      tensor,
      { shape: shapes.get(tensor) ?? [data.length], data },
    ]);
    const metadata = {
      step: String(state.step),
      evaluated: String(evaluated),
      wallMs: String(wallMs),
      rateChanges: JSON.stringify(state.rateChanges),
    };
    const content = { tensors: Object.fromEntries(tensors), metadata };
    await writeSafetensors(this.pathOf(name), content, { private: true });
  }

  /** @throws {DataFormatError} If the file is not what a training of this spec saves. */
  async load(name: CheckpointName): Promise<Checkpoint> {
    const path = this.pathOf(name);
    const { tensors, metadata } = await readSafetensors(path, (found) =>
      requireShapes(path, found, shapesOf(this.#training)),
    );
    const checked = v.safeParse(metadataSchema, metadata);
    if (!checked.success) {
      const [issue] = checked.issues;
      throw new DataFormatError(
        path,
        8,
        "a training's state",
        `${v.getDotPath(issue) ?? "it"}: ${issue.message}`,
      );
    }
    const { step, evaluated, wallMs, rateChanges } = checked.output;
    const { totalSteps } = this.#training;
    if (step > totalSteps) {
      throw new DataFormatError(
        path,
        8,
        `a step up to ${totalSteps}, the last of this training`,
        `step ${step}`,
      );
    }
    const values = Object.fromEntries(Object.entries(tensors).map(([tensor, { data }]) => [tensor, data]));
    return { state: { step, values, rateChanges }, evaluated: evaluated === "true", wallMs };
  }

  /** The newest that can be read whole; null when there is none. @throws {DataFormatError} If there are, but none can. */
  async newest(): Promise<FoundCheckpoint | null> {
    const found: { readonly name: "latest-a" | "latest-b"; readonly checkpoint: Checkpoint }[] = [];
    let refusal: Error | null = null;
    for (const name of ["latest-a", "latest-b"] as const) {
      try {
        found.push({ name, checkpoint: await this.load(name) });
      } catch (error) {
        // Cut off by a crash, or not what was saved: the other one is whole.
        if (failureCode(error) !== "ENOENT") refusal = errorOf(error);
      }
    }
    const newest = found.sort((a, b) => b.checkpoint.state.step - a.checkpoint.state.step)[0];
    if (newest === undefined) {
      if (refusal === null) return null;
      throw refusal;
    }
    // The next save must not replace the only good one.
    this.#next = newest.name === "latest-a" ? "latest-b" : "latest-a";
    return { checkpoint: newest.checkpoint, refused: refusal?.message ?? "" };
  }

  /** Forgets what was only there to go on from. */
  async dropLatest(): Promise<void> {
    await Promise.all(
      (["latest-a", "latest-b"] as const).map((name) => rm(this.pathOf(name), { force: true })),
    );
  }

  /** Names of the files that are there. */
  async list(): Promise<readonly string[]> {
    return readdir(this.folder).catch(() => []);
  }

  /** Which weights there are: what the training came to first, then the best ones, then those kept on its way. */
  async choices(): Promise<readonly WeightsChoice[]> {
    const files = await this.list();
    const has = (name: CheckpointName): boolean => files.includes(basename(this.pathOf(name)));
    const named = {
      final: has("final"),
      latest: has("latest-a") || has("latest-b"),
      best: has("best"),
    };
    const kept = files
      .filter((file) => file.endsWith(EXTENSION))
      .flatMap((file) => keptStep(basename(file, EXTENSION)) ?? [])
      .sort((one, other) => one - other);
    return [...NAMED_WEIGHTS.filter((name) => named[name]), ...kept.map((step) => `kept-${step}` as const)];
  }
}
