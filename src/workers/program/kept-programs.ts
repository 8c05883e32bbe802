import {
  MOST_KEPT_PROGRAMS,
  UNKNOWN_PROGRAM,
  type ProgramTask,
  type ProgramTimes,
} from "../../shared/engine/worker-tasks.ts";
import type { KernelLibrary } from "../kernels/load/kernel-library.ts";
import { prepareProgram } from "./run-program.ts";

/** This thread's programs: those that are run again stay compiled, each for every worker that the thread has been. */
export class KeptPrograms {
  readonly #memory: WebAssembly.Memory;
  readonly #library: KernelLibrary;
  readonly #kept = new Map<string, () => ProgramTimes | null>();

  constructor(memory: WebAssembly.Memory, library: KernelLibrary) {
    this.#memory = memory;
    this.#library = library;
  }

  /** @throws {ProgramStopped} When main cancelled the program or a peer failed. */
  run(task: ProgramTask): ProgramTimes | null | typeof UNKNOWN_PROGRAM {
    const name = `${task.keptAs} ${task.worker}`;
    const known = this.#kept.get(name);
    if (known !== undefined) return known();
    if (task.sections === null) return UNKNOWN_PROGRAM;
    const program = prepareProgram(
      task,
      task.sections,
      this.#memory,
      this.#library.kernels(task.instructionSet),
    );
    if (task.keptAs !== null) this.#keep(name, program);
    return program();
  }

  #keep(name: string, program: () => ProgramTimes | null): void {
    this.#kept.set(name, program);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT_PROGRAMS && oldest !== undefined) this.#kept.delete(oldest);
  }
}
