import { KernelUnavailableError } from "../../../core/errors.ts";
import type { InstructionSet, WasmSet } from "../../../shared/engine/instruction-sets.ts";
import { javascriptKernels } from "./javascript-kernels.ts";
import { VERIFIED_HALVES, type VerifiedHalf } from "../../../shared/engine/worker-tasks.ts";
import { verifyHalf } from "../verify/verify-kernels.ts";
import { instantiateKernels, type Kernels } from "./kernels.ts";

/** A module that might be used; null where this runtime does not know its instructions. */
export interface KernelCandidate {
  readonly instructionSet: WasmSet;
  readonly module: WebAssembly.Module | null;
}

/**
 * A worker's kernels. Main has a program run only with kernels that gave the right answers on one of the process's
 * threads: all of them run the same machine code, for V8 compiles equal bytes once a process.
 */
export class KernelLibrary {
  readonly #candidates: readonly KernelCandidate[];
  readonly #memory: WebAssembly.Memory;
  readonly #known = new Map<InstructionSet, Kernels>();
  readonly #verified = new Set<`${InstructionSet} ${VerifiedHalf}`>();

  constructor(candidates: readonly KernelCandidate[], memory: WebAssembly.Memory) {
    this.#candidates = candidates;
    this.#memory = memory;
  }

  /** The generated ones; `javascript` is there besides, and needs no trying while one of these is right. */
  get wasmSets(): readonly WasmSet[] {
    return this.#candidates.map(({ instructionSet }) => instructionSet);
  }

  get modules(): readonly (WebAssembly.Module | null)[] {
    return this.#candidates.map(({ module }) => module);
  }

  /** The next use of any kernels compiles and tests them again. */
  forgetTests(): void {
    this.#known.clear();
    this.#verified.clear();
  }

  /**
   * The kernels of an instruction set, as they are.
   *
   * @throws {KernelUnavailableError} If this runtime does not know the instructions.
   */
  kernels(instructionSet: InstructionSet): Kernels {
    const known = this.#known.get(instructionSet);
    if (known !== undefined) return known;
    const kernels =
      instructionSet === "javascript" ? javascriptKernels(this.#memory) : this.#instantiate(instructionSet);
    this.#known.set(instructionSet, kernels);
    return kernels;
  }

  /**
   * The kernels of an instruction set, or half of them, tested at the first call in the VERIFICATION_BYTES from
   * `scratch` on.
   *
   * @throws {KernelUnavailableError} If this runtime does not know the instructions, or the kernels compute wrongly.
   */
  verified(
    instructionSet: InstructionSet,
    scratch: number,
    halves: readonly VerifiedHalf[] = VERIFIED_HALVES,
  ): Kernels {
    const kernels = this.kernels(instructionSet);
    for (const half of halves) {
      if (this.#verified.has(`${instructionSet} ${half}`)) continue;
      const wrong = verifyHalf[half](kernels, this.#memory, scratch);
      if (wrong !== null) throw new KernelUnavailableError(`${instructionSet}: wrong result, ${wrong}`);
      this.#verified.add(`${instructionSet} ${half}`);
    }
    return kernels;
  }

  #instantiate(instructionSet: WasmSet): Kernels {
    const candidate = this.#candidates.find((one) => one.instructionSet === instructionSet);
    if (candidate === undefined) {
      throw new KernelUnavailableError(`${instructionSet}: not in this build; build the app again`);
    }
    if (candidate.module === null) {
      throw new KernelUnavailableError(`${instructionSet}: this runtime does not know its instructions`);
    }
    return instantiateKernels(instructionSet, candidate.module, this.#memory);
  }
}
