import type { Heat, MachineSystem } from "../../../../src/main/timing/machine-system.ts";

/** A quiet machine of two processors, on which time passes when it is told to. */
export class ToldMachine implements MachineSystem {
  readonly #totals = { nowMs: 0, busyMs: 0, idleMs: 0, stolenMs: 0, ownMs: 0 };
  processors = 2;
  battery: boolean | null = null;
  governorName = "unknown";
  heatSeen: Heat | null = null;
  /** Whether the system counts the processors' time. */
  counts = true;

  /** @param use Processors that the app and others keep busy, and that the host takes. */
  pass(ms: number, { own = 0, others = 0, stolen = 0 } = {}): void {
    const totals = this.#totals;
    totals.nowMs += ms;
    totals.ownMs += own * ms;
    if (!this.counts) return;
    totals.busyMs += (own + others) * ms;
    totals.stolenMs += stolen * ms;
    totals.idleMs += (this.processors - own - others - stolen) * ms;
  }

  readonly nowMs = () => this.#totals.nowMs;
  readonly processorTimes = () => ({ ...this.#totals, processors: this.processors });
  readonly ownMs = () => new Map([[1, this.#totals.ownMs]]);
  readonly load = () => null;
  readonly governor = () => ({ name: this.governorName, savesPower: this.governorName === "powersave" });
  readonly onBattery = () => this.battery;
  readonly heat = () => this.heatSeen;
}
