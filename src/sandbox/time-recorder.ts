import { quantile } from "../core/statistics.ts";
import type { TensorNode } from "../core/tensor/tensor-node.ts";
import type { Timing } from "../shared/live/cell-output.ts";
import { GuestError } from "./guest-error.ts";
import type { MainLine } from "./main-line.ts";
import type { TensorLedger } from "./tensor-ledger.ts";

/** Records what a function does, then has the program timed. */
export class TimeRecorder {
  readonly #ledger: TensorLedger;
  readonly #line: MainLine;
  readonly #threads: number;
  #beganMs = 0;
  #recorded = 0;

  constructor(ledger: TensorLedger, line: MainLine, threads: number) {
    this.#ledger = ledger;
    this.#line = line;
    this.#threads = threads;
  }

  begin(): void {
    if (this.#ledger.isRecording) {
      throw new GuestError("TypeError", "time(): inside of time() and check() nothing else can be timed");
    }
    this.#line.ask<"timing">({ kind: "timing", at: "begin" });
    this.#ledger.beginRecording("timing");
    this.#beganMs = performance.now();
  }

  /** @returns null where the function has read a tensor, shown something, or recorded nothing. */
  end(name: string, samples: number): Timing | null {
    const recordMs = performance.now() - this.#beganMs;
    const nodes = this.#ledger.endRecording();
    this.#recorded = nodes?.length ?? 0;
    if (nodes === null || nodes.length === 0) return null;
    const { samplesMs } = this.#ledger.run(results(nodes), { samples });
    if (samplesMs.length === 0) return null;
    return this.#timing(name, "program", samplesMs, recordMs);
  }

  /** Whole milliseconds since the last lap or the beginning, with everything computed. */
  lap(): number {
    this.#ledger.flush();
    const now = performance.now();
    const ms = Math.round(now - this.#beganMs);
    this.#beganMs = now;
    return ms;
  }

  byClock(name: string, lapsMs: readonly number[]): Timing {
    return this.#timing(name, "clock", lapsMs, 0);
  }

  #timing(name: string, method: Timing["method"], samplesMs: readonly number[], recordMs: number): Timing {
    const { warnings } = this.#line.ask<"timing">({ kind: "timing", at: "end" });
    return {
      name,
      method,
      medianMs: quantile(samplesMs, 0.5),
      lowerQuartileMs: quantile(samplesMs, 0.25),
      upperQuartileMs: quantile(samplesMs, 0.75),
      samplesMs: [...samplesMs],
      threads: this.#threads,
      operations: this.#recorded,
      recordMs,
      warnings: [...warnings],
    };
  }
}

/** What nothing recorded goes on with: the function's results, also those that it dropped. */
function results(nodes: readonly TensorNode[]): TensorNode[] {
  const used = new Set(nodes.flatMap((node) => node.inputs));
  return nodes.filter((node) => !used.has(node) && node.op.kind !== "full");
}
