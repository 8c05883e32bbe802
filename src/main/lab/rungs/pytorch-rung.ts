import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { TaskError } from "../../../core/errors.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import { PYTHON_ARGUMENTS, threadLimits } from "../../peers/find-pytorch.ts";
import { PeerProcess } from "../../peers/peer-process.ts";
import { rungName } from "./describe-rungs.ts";
import type { Operands } from "./operands.ts";
import type { Contender } from "./contender.ts";
import { unlessCancelled } from "./unless-cancelled.ts";

/** Its threads spin for a while after a product, as those of OpenMP do. */
const REST_MS = 50;
/** Values copied at a time: other work of the main process waits no longer than a few milliseconds. */
const CHUNK_VALUES = 1_000_000;

const preparedSchema = v.object({ threads: v.number(), version: v.string() });
const computedSchema = v.object({ done: v.literal(true), ms: v.number() });
const sampledSchema = v.object({ samplesMs: v.array(v.number()) });
const errorSchema = v.object({ error: v.string() });

export interface PyTorchOptions {
  readonly python: string;
  /** resources/peers/pytorch.py. */
  readonly program: string;
  readonly threads: number;
  readonly memory: WebAssembly.Memory;
  /** Throws when the ladder is cancelled. */
  readonly checkpoint: () => void;
}

/** PyTorch in a process of its own, for as long as a ladder lasts; matrices go through files. */
export class PyTorchProcess {
  readonly #options: PyTorchOptions;
  readonly #process: PeerProcess;
  #folder: string | null = null;

  constructor(options: PyTorchOptions) {
    this.#options = options;
    this.#process = new PeerProcess(rungName("pytorch"), {
      command: options.python,
      args: [...PYTHON_ARGUMENTS, options.program, "written-out"],
      env: threadLimits(options.threads),
    });
  }

  /** @throws {TaskError} If PyTorch fails or is silent. @throws {ExperimentCancelled} */
  async contender({ a, b, out }: Operands): Promise<Contender> {
    this.#folder ??= await mkdtemp(join(tmpdir(), "backprop-lab-ladder-"));
    const fileOf = (name: string): string => join(this.#folder ?? "", `${name}.bin`);
    const inputs = [];
    for (const [name, tensor] of [["a", a] as const, ["b", b] as const]) {
      await this.#write(fileOf(name), tensor);
      inputs.push({ name, shape: tensor.shape, dtype: "float32", file: fileOf(name) });
    }
    const { threads } = this.#options;
    const recipe = { kind: "product", transposeA: false, transposeB: false };
    const prepared = await this.#ask({ command: "prepare", recipe, inputs, threads }, preparedSchema);
    // It has read them; what a cancellation must delete should be little.
    await Promise.all(inputs.map(({ file }) => rm(file)));
    return {
      rung: "pytorch",
      name: `${rungName("pytorch")} ${prepared.version}`,
      threads: prepared.threads,
      restMs: REST_MS,
      foreign: true,
      remark: "",
      first: async () => {
        const request = { command: "compute", calls: 1, outputs: { c: fileOf("c") } };
        const { ms } = await this.#ask(request, computedSchema);
        await this.#read(fileOf("c"), out);
        return { coldMs: ms };
      },
      sample: async (calls, samples) =>
        (await this.#ask({ command: "sample", calls, samples }, sampledSchema)).samplesMs,
    };
  }

  async close(): Promise<void> {
    // It has nothing to lose, and leaving by itself takes it longer than a cancellation may.
    this.#process.kill();
    await this.#process.close();
    if (this.#folder !== null) await rm(this.#folder, { recursive: true, force: true });
  }

  async #ask<T>(request: Readonly<Record<string, unknown>>, schema: v.GenericSchema<unknown, T>): Promise<T> {
    const answer = await unlessCancelled(this.#process.ask(request), this.#options.checkpoint, () =>
      this.#process.kill(),
    );
    if (v.is(errorSchema, answer)) throw new TaskError(`PyTorch: ${answer.error}`);
    return v.parse(schema, answer);
  }

  async #write(path: string, tensor: Tensor): Promise<void> {
    const file = await open(path, "w");
    try {
      const values = viewOf(this.#options.memory, tensor, "float32");
      for (let at = 0; at < values.length; at += CHUNK_VALUES) {
        this.#options.checkpoint();
        // Copied: a file is not written from shared memory.
        await file.write(Buffer.from(values.slice(at, at + CHUNK_VALUES).buffer));
      }
    } finally {
      await file.close();
    }
  }

  async #read(path: string, tensor: Tensor): Promise<void> {
    const file = await open(path, "r");
    try {
      const values = viewOf(this.#options.memory, tensor, "float32");
      const chunk = new Float32Array(CHUNK_VALUES);
      for (let at = 0; at < values.length;) {
        const { bytesRead } = await file.read(new Uint8Array(chunk.buffer), { position: at * 4 });
        if (bytesRead === 0 || bytesRead % 4 !== 0) {
          throw new TaskError(`PyTorch: ${path} ends after ${at} of ${values.length} values`);
        }
        values.set(chunk.subarray(0, bytesRead / 4), at);
        at += bytesRead / 4;
      }
    } finally {
      await file.close();
    }
  }
}
