import broadcast from "../../../core/matmul-rungs/broadcast.ts?raw";
import cacheOrder from "../../../core/matmul-rungs/cache-order.ts?raw";
import einsum from "../../../core/matmul-rungs/einsum.ts?raw";
import elementwise from "../../../core/matmul-rungs/elementwise.ts?raw";
import reference from "../../../core/matmul-rungs/reference.ts?raw";
import tripleLoop from "../../../core/matmul-rungs/triple-loop.ts?raw";
import shardRange from "../../../core/ops/shard-range.ts?raw";
import type { RungId } from "../../../shared/experiments/ladder.ts";
import tiles from "../../../workers/kernels/generate/generate-tiles.ts?raw";
import matmul from "../../../workers/kernels/ops/matmul.ts?raw";
import { regionOf, withoutImports } from "../source/source-code.ts";

/** What runs, and the file it is from. */
export interface RungCode {
  readonly code: string;
  readonly source: string;
}

/** The loop, and before it the steps it is made of where it has such. */
const file = (name: string, text: string, regions: readonly string[] = ["loop"]): RungCode => ({
  code: regions.map((region) => regionOf(text, region)).join("\n\n"),
  source: `src/core/matmul-rungs/${name}.ts`,
});
const WITH_STEPS = ["steps", "loop"];
const FOREIGN: RungCode = { code: "", source: "" };

/** The code of each rung, taken from its source when the app is built. */
export const RUNG_CODE: Readonly<Record<RungId, RungCode>> = {
  reference: file("reference", reference),
  "triple-loop": file("triple-loop", tripleLoop),
  elementwise: file("elementwise", elementwise, WITH_STEPS),
  broadcast: file("broadcast", broadcast, WITH_STEPS),
  einsum: file("einsum", einsum, WITH_STEPS),
  "cache-order": file("cache-order", cacheOrder),
  kernel: { code: regionOf(tiles, "rung 6"), source: "src/workers/kernels/generate/generate-tiles.ts" },
  sharded: {
    code: `${withoutImports(shardRange)}\n\n${regionOf(matmul, "rung 7")}`,
    source: "src/workers/kernels/ops/matmul.ts",
  },
  tfjs: FOREIGN,
  pytorch: FOREIGN,
};
