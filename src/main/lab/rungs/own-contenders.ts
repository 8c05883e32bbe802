import { LADDER } from "../../../core/matmul-rungs/ladder.ts";
import { rungIdSchema } from "../../../shared/experiments/ladder.ts";
import * as v from "valibot";
import type { Engine } from "../../engine/engine.ts";
import { rungName } from "./describe-rungs.ts";
import type { Operands } from "./operands.ts";
import type { Contender } from "./contender.ts";
import { kernelRung } from "./kernel-rung.ts";
import { plainRung } from "./plain-rung.ts";

/** The lab's own rungs, 0 to 7, lowest first; `sharded` once for each number of workers. */
export function ownContenders(engine: Engine, operands: Operands, shares: readonly number[]): Contender[] {
  return [
    ...LADDER.map(({ id, name }) => plainRung(engine, operands, { rung: v.parse(rungIdSchema, id), name })),
    kernelRung(engine, operands, { rung: "kernel", name: rungName("kernel"), threads: 1 }),
    ...shares.map((threads) =>
      kernelRung(engine, operands, { rung: "sharded", name: rungName("sharded"), threads }),
    ),
  ];
}
