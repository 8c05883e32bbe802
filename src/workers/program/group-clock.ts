import { median } from "../../core/statistics.ts";
import type { GroupTime } from "../../shared/engine/worker-tasks.ts";
import type { CompiledKernel } from "../kernels/ops/kernel.ts";

/** Notes where a worker's time goes in one group, repeat by repeat. A look at the clock takes some 50 ns. */
export class GroupClock {
  readonly #waitMs: Float64Array;
  /** By step, then by repeat: a step's blocks add up. */
  readonly #stepMs: readonly Float64Array[];
  readonly #repeat: () => number;
  #beganMs = 0;

  constructor(steps: number, repeats: number, repeat: () => number) {
    this.#waitMs = new Float64Array(repeats);
    this.#stepMs = Array.from({ length: steps }, () => new Float64Array(repeats));
    this.#repeat = repeat;
  }

  beginWait(): void {
    this.#beganMs = performance.now();
  }

  endWait(): void {
    this.#waitMs[this.#repeat()] = performance.now() - this.#beganMs;
  }

  /** The same kernel, whose every part counts for step number `step`. */
  timed(kernel: CompiledKernel, step: number): CompiledKernel {
    const spent = this.#stepMs[step] ?? new Float64Array();
    const count = (beganMs: number): void => {
      const repeat = this.#repeat();
      spent[repeat] = (spent[repeat] ?? 0) + performance.now() - beganMs;
    };
    const { prepare, finish } = kernel;
    const whole =
      (part: () => void): (() => void) =>
      () => {
        const beganMs = performance.now();
        part.call(kernel);
        count(beganMs);
      };
    return {
      run: (begin, end) => {
        const beganMs = performance.now();
        kernel.run(begin, end);
        count(beganMs);
      },
      ...(prepare === undefined ? {} : { prepare: whole(prepare) }),
      ...(finish === undefined ? {} : { finish: whole(finish) }),
    };
  }

  /** Medians: a repeat in which the system took the core away says nothing of the kernels. */
  time(): GroupTime {
    return { waitMs: median(this.#waitMs), stepMs: this.#stepMs.map((spentMs) => median(spentMs)) };
  }
}
