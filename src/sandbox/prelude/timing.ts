import { host } from "./host.ts";

/** How long something took; `print` and `show` know it. */
export class Timing {
  readonly name: string;
  readonly method: "program" | "clock";
  readonly medianMs: number;
  readonly lowerQuartileMs: number;
  readonly upperQuartileMs: number;
  readonly samplesMs: readonly number[];
  readonly threads: number;
  readonly operations: number;
  readonly recordMs: number;
  readonly warnings: readonly string[];

  constructor(found: Omit<Timing, "toString">) {
    this.name = found.name;
    this.method = found.method;
    this.medianMs = found.medianMs;
    this.lowerQuartileMs = found.lowerQuartileMs;
    this.upperQuartileMs = found.upperQuartileMs;
    this.samplesMs = found.samplesMs;
    this.threads = found.threads;
    this.operations = found.operations;
    this.recordMs = found.recordMs;
    this.warnings = found.warnings;
    Object.freeze(this);
  }

  toString(): string {
    const ms = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
    const samples = `${this.samplesMs.length} samples, ${this.threads} ${this.threads === 1 ? "thread" : "threads"}`;
    const how =
      this.method === "program"
        ? `${this.operations} ${this.operations === 1 ? "operation" : "operations"}, recorded in ${this.recordMs.toFixed(1)} ms, not counted`
        : "by the clock in whole ms, with the interpreter: the function reads or prints";
    const times = `${ms(this.medianMs)} ms (quartiles ${ms(this.lowerQuartileMs)} to ${ms(this.upperQuartileMs)}, ${samples}; ${how})`;
    return [times, ...this.warnings.map((warning) => `Warning: ${warning}`)].join("\n");
  }
}

/** A function that takes so long is called no second time, and no more when its calls have taken so long together. */
const LONG_CALL_MS = 1_000;
const LONG_ENOUGH_MS = 2_000;

/**
 * How long f takes: what it records is run `samples` times after a warm-up. A function that reads or prints is called
 * again and again instead.
 */
export function time(f: () => unknown, { samples = 7 }: { readonly samples?: number } = {}): Timing {
  if (typeof f !== "function") throw new TypeError("time(): expected a function, time(() => net.call(x))");
  if (!Number.isInteger(samples) || samples < 1 || samples > 200) {
    throw new RangeError(`time(): samples must be a whole number from 1 to 200, got ${samples}`);
  }
  const { name } = f;
  host.timeBegin();
  // Held until it has been timed: a result that nobody holds would not be computed.
  const held = [f()];
  const found = host.timeEnd(name, samples);
  held.pop();
  if (found !== "") return new Timing(JSON.parse(found) as Timing);
  const first = host.lap();
  let laps = [first];
  if (first < LONG_CALL_MS) {
    laps = [];
    for (let total = 0; laps.length < samples && total < LONG_ENOUGH_MS;) {
      held.push(f());
      const lap = host.lap();
      held.pop();
      laps.push(lap);
      total += lap;
    }
  }
  return new Timing(JSON.parse(host.clockTiming(name, laps.join(","))) as Timing);
}
