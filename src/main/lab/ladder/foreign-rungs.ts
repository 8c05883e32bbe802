import type { RungId } from "../../../shared/experiments/ladder.ts";
import { messageLine } from "../../../core/thrown.ts";
import type { Engine } from "../../engine/engine.ts";
import { findPyTorch, type FoundPyTorch } from "../../peers/find-pytorch.ts";
import { ExperimentCancelled } from "../activity/experiment-cancelled.ts";
import { rungName } from "../rungs/describe-rungs.ts";
import type { Operands } from "../rungs/operands.ts";
import type { ForeignRung } from "./run-ladder.ts";
import type { Contender } from "../rungs/contender.ts";
import { PyTorchProcess } from "../rungs/pytorch-rung.ts";
import { tfjsMissing } from "../tfjs/tfjs-thread.ts";
import { TfjsRung } from "../rungs/tfjs-rung.ts";

const NOT_LOOKED_FOR: FoundPyTorch = { reason: "it has not been looked for on this machine" };

/** A library that is open as long as a ladder lasts. */
interface Library {
  contender(operands: Operands): Promise<Contender>;
  close(): Promise<void>;
}

/** Libraries of one ladder, opened when they are first needed. */
export interface OpenForeignRungs {
  on(operands: Operands): Promise<readonly ForeignRung[]>;
  close(): Promise<void>;
}

/** The rungs of other libraries: TensorFlow.js comes with the app, PyTorch is looked for once, when asked. */
export class ForeignRungs {
  readonly #engine: Engine;
  readonly #tfjsFile: string;
  readonly #pytorchFile: string;
  #pytorch: FoundPyTorch = NOT_LOOKED_FOR;

  constructor(engine: Engine, files: { readonly tfjsFile: string; readonly pytorchFile: string }) {
    this.#engine = engine;
    this.#tfjsFile = files.tfjsFile;
    this.#pytorchFile = files.pytorchFile;
  }

  /** Looks for a Python with torch, once. @param onTry Told the whole path of each before it is started. */
  async findPyTorch(onTry: (python: string) => void): Promise<FoundPyTorch> {
    if ("reason" in this.#pytorch) this.#pytorch = await findPyTorch(onTry);
    return this.#pytorch;
  }

  /** Why rungs cannot run here. */
  unavailable(): Partial<Record<RungId, string>> {
    const tfjs = tfjsMissing();
    return {
      ...(tfjs === "" ? {} : { tfjs }),
      ...("reason" in this.#pytorch ? { pytorch: this.#pytorch.reason } : {}),
    };
  }

  /** @param checkpoint Throws when the ladder is cancelled. */
  open(threads: number, checkpoint: () => void): OpenForeignRungs {
    const opened = new Map<RungId, Library>();
    const { memory } = this.#engine.arena;
    const create = {
      tfjs: (): Library => new TfjsRung(this.#tfjsFile, memory, checkpoint),
      pytorch: (): Library => {
        if ("reason" in this.#pytorch) throw new TypeError(this.#pytorch.reason);
        const { python } = this.#pytorch;
        return new PyTorchProcess({ python, program: this.#pytorchFile, threads, memory, checkpoint });
      },
    };
    const rungOn = async (rung: keyof typeof create, operands: Operands): Promise<ForeignRung> => {
      const refuse = (unavailable: string): ForeignRung => ({
        rung,
        name: rungName(rung),
        threads: rung === "tfjs" ? 1 : threads,
        unavailable,
      });
      const missing = this.unavailable()[rung];
      if (missing !== undefined) return refuse(missing);
      try {
        const library = opened.get(rung) ?? create[rung]();
        opened.set(rung, library);
        return await library.contender(operands);
      } catch (error) {
        if (error instanceof ExperimentCancelled) throw error;
        return refuse(messageLine(error));
      }
    };
    return {
      on: async (operands) => [await rungOn("tfjs", operands), await rungOn("pytorch", operands)],
      close: async () => {
        await Promise.all([...opened.values()].map((library) => library.close()));
      },
    };
  }
}
