import { setImmediate as breathe } from "node:timers/promises";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Float64Reference } from "./float64-reference.ts";

/** Elements between two breaths of main's event loop. */
const STRETCH = 1 << 19;
/** What is told by name: a smaller share is no more than the strict check's own tolerance, about. */
const TOLD_FROM = 0.01;

/**
 * ‖what is allowed‖ / ‖gradient‖ of each tensor: a mistake of a smaller share of the gradient could hide behind float32
 * rounding and kinks. Infinite where the gradient vanishes and something is allowed. To be asked before a comparison
 * moves the reference.
 */
export async function hiddenShares(
  engine: Engine,
  { gradients, allowances }: Float64Reference,
): Promise<ReadonlyMap<string, number>> {
  const { memory } = engine.arena;
  const shares = new Map<string, number>();
  for (const [tensor, allowed] of Object.entries(allowances)) {
    const gradient = gradients[tensor];
    if (gradient === undefined) continue;
    let [hidden, size] = [0, 0];
    for (let begin = 0, length = 1; begin < length; begin += STRETCH) {
      // Anew after each breath: the arena may have grown.
      const values = viewOf(memory, gradient, "float64");
      const rounding = viewOf(memory, allowed.rounding, "float32");
      const kinks = viewOf(memory, allowed.kinks, "float32");
      ({ length } = values);
      for (let i = begin; i < Math.min(begin + STRETCH, length); i++) {
        hidden += ((rounding[i] ?? NaN) + (kinks[i] ?? NaN)) ** 2;
        size += (values[i] ?? NaN) ** 2;
      }
      await breathe();
    }
    shares.set(tensor, hidden === 0 ? 0 : Math.sqrt(hidden / size));
  }
  return shares;
}

/** "12 %", "all": a share of the gradient's norm. */
const said = (share: number): string =>
  share < 1 ? `${(100 * share).toPrecision(2)} %` : "all of it, or more";

/** What a passed check does not exclude, in a sentence; "" where it cannot be told. */
export function saidOfHidden(shares: ReadonlyMap<string, number>): string {
  const known = [...shares].filter(([, share]) => !Number.isNaN(share));
  if (known.length === 0) return "";
  const large = known.filter(([, share]) => share >= TOLD_FROM).sort(([, a], [, b]) => b - a);
  const what = "behind what float32 rounding and kinks are allowed";
  if (large.length === 0) {
    const most = Math.max(...known.map(([, share]) => share));
    return `No mistake above ${said(most)} of a gradient's norm could hide ${what}.`;
  }
  return (
    `A mistake could hide ${what} up to this share of the gradient's norm: ` +
    large.map(([tensor, share]) => `${tensor} ${said(share)}`).join(", ") +
    `${large.length < known.length ? `; of the other ${known.length - large.length} tensors less than 1 %` : ""}. ` +
    "There the true gradient is small beside what was summed for it, or many rows lie at a kink: other weights or data show more."
  );
}
