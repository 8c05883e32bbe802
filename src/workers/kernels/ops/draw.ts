import { splitOf } from "../../../core/ops/generic-split.ts";
import { drawNormal, drawPermutation, drawUniform } from "../../../core/random/philox.ts";
import { clearUpperHalves } from "../../upper-halves.ts";
import type { Kernel } from "./kernel.ts";

/** Numbers between two heartbeats. */
const BLOCK = 16_384;

/** Random numbers, each a function of its place: whoever draws it draws the same. */
export const draw: Kernel<"draw"> = ({ distribution, seed, stream, draw: number, out }, context) => {
  const values = context.view(out, "float32");
  const key = { seed, stream, draw: number };
  if (distribution === "permutation") {
    return {
      run: () => {
        drawPermutation(key, values);
      },
    };
  }
  const { length } = splitOf(out.shape);
  const fill = distribution === "normal" ? drawNormal : drawUniform;
  return {
    run: (begin, end) => {
      // Normal numbers take logarithms.
      clearUpperHalves();
      const to = end * length;
      for (let at = begin * length; at < to; at += BLOCK) {
        context.control.beat();
        fill(key, values, at, Math.min(to, at + BLOCK));
      }
    },
  };
};
