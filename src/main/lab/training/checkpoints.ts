import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import type { Network } from "../../../core/network/network.ts";
import { parameterShapes } from "../../../core/network/network.ts";
import { readSafetensors, writeSafetensors, type SavedTensor } from "../../data/safetensors.ts";
import type { TrainingState } from "./trainer.ts";

/** `latest-*`: to go on from after a crash; `best`: lowest validation loss; `final`: the end. */
export type CheckpointName = "latest-a" | "latest-b" | "best" | "final" | `kept-${number}`;

/** A training's state with what is not a number of the network. */
export interface Checkpoint {
  readonly state: TrainingState;
  /** Whether the sets were evaluated at this step, and that is recorded. */
  readonly evaluated: boolean;
  /** Time of training so far, over all its parts. */
  readonly wallMs: number;
}

const metadataSchema = v.object({
  step: v.pipe(v.string(), v.transform(Number), v.safeInteger(), v.minValue(0)),
  evaluated: v.picklist(["true", "false"]),
  wallMs: v.pipe(v.string(), v.transform(Number), v.finite()),
  rateChanges: v.pipe(v.string(), v.parseJson(), v.array(v.object({ step: v.number(), lr: v.number() }))),
});

/** "x state" belongs to parameter x and has its shape. */
function shapesOf(network: Network): (name: string) => readonly number[] | undefined {
  const shapes = new Map(parameterShapes(network).map(({ name, shape }) => [name, shape]));
  return (name) => shapes.get(name.split(" ")[0] ?? name);
}

/** The checkpoints of one run: .safetensors files in a folder of its own, parameters and the optimiser's memory. */
export class Checkpoints {
  readonly folder: string;
  readonly #network: Network;
  #next: "latest-a" | "latest-b" = "latest-a";

  /** `root` is the database's folder for checkpoints. */
  constructor(root: string, runId: string, network: Network) {
    this.folder = join(root, runId);
    this.#network = network;
  }

  pathOf(name: CheckpointName): string {
    return join(this.folder, `${name}.safetensors`);
  }

  /** Replaces the older of two, so that one is always whole. */
  async saveLatest(checkpoint: Checkpoint): Promise<void> {
    const name = this.#next;
    this.#next = name === "latest-a" ? "latest-b" : "latest-a";
    await this.save(name, checkpoint);
  }

  async save(name: CheckpointName, { state, evaluated, wallMs }: Checkpoint): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const shapeOf = shapesOf(this.#network);
    const tensors = Object.entries(state.values).map(([tensor, data]): [string, SavedTensor] => [
      tensor,
      { shape: shapeOf(tensor) ?? [data.length], data },
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

  /** @throws {DataFormatError} @throws {v.ValiError} If the file is not what was saved. */
  async load(name: CheckpointName): Promise<Checkpoint> {
    const { tensors, metadata } = await readSafetensors(this.pathOf(name));
    const { step, evaluated, wallMs, rateChanges } = v.parse(metadataSchema, metadata);
    const values = Object.fromEntries(Object.entries(tensors).map(([tensor, { data }]) => [tensor, data]));
    return { state: { step, values, rateChanges }, evaluated: evaluated === "true", wallMs };
  }

  /** The newest that can be read whole; null when there is none. */
  async newest(): Promise<Checkpoint | null> {
    const found: Checkpoint[] = [];
    for (const name of ["latest-a", "latest-b"] as const) {
      try {
        found.push(await this.load(name));
      } catch {
        // Not there, or cut off by a crash: the other one is whole.
      }
    }
    const newest = found.sort((a, b) => b.state.step - a.state.step)[0] ?? null;
    // The next save must not replace the only good one.
    if (newest !== null) {
      const first = await this.load("latest-a").catch(() => null);
      this.#next = first?.state.step === newest.state.step ? "latest-b" : "latest-a";
    }
    return newest;
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
}
