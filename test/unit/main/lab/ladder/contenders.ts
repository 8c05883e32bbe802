import {
  compareGradients,
  finishComparison,
  type GradientComparison,
} from "../../../../../src/core/gradient-check.ts";
import { normal } from "../../../../../src/core/random/normal.ts";
import { randomStream } from "../../../../../src/core/random/random-stream.ts";
import type { RungId } from "../../../../../src/shared/experiments/ladder.ts";
import type { Contender } from "../../../../../src/main/lab/rungs/contender.ts";

/** A clock that only contenders move. */
export class Clock {
  ms = 0;
  readonly now = (): number => this.ms;
}

/** One call of a contender, for tests of the order. */
export interface Call {
  readonly rung: RungId;
  readonly samples: number;
}

export interface Script {
  readonly rung: RungId;
  readonly callMs: number;
  readonly threads?: number;
  /** The first call takes so many times as long. */
  readonly coldness?: number;
  readonly wrong?: boolean;
  readonly foreign?: boolean;
  readonly failsAfter?: number;
}

/** A rung that takes as long as its script says, by a clock of its own. */
export function scripted(script: Script, clock: Clock, calls: Call[]): Contender {
  const { rung, callMs, threads = 1, coldness = 3, foreign = false, failsAfter = Infinity } = script;
  const noise = normal(randomStream(rung.length), 1000);
  let taken = 0;
  return {
    rung,
    name: rung,
    threads,
    restMs: 0,
    foreign,
    remark: "",
    first: (limitMs) => {
      const coldMs = callMs * coldness;
      clock.ms += Math.min(coldMs, limitMs);
      return Promise.resolve(coldMs > limitMs ? { givenUpMs: coldMs } : { coldMs });
    },
    sample: (loop, samples) => {
      calls.push({ rung, samples });
      return Promise.resolve(
        Array.from({ length: samples }, () => {
          if (++taken > failsAfter) throw new Error("the library gave up");
          const ms = callMs * (1 + 0.01 * noise[taken % noise.length]);
          clock.ms += ms * loop;
          return ms;
        }),
      );
    },
  };
}

/** What comparing a right or a wrong product gives. */
export const comparison = (wrong: boolean): GradientComparison =>
  finishComparison(compareGradients([1, 2, wrong ? 3.1 : 3], [1, 2, 3]));
