import { afterAll, beforeAll } from "vitest";
import { LADDER_EFFORT } from "../../../src/main/lab/ladder/climb.ts";

/** A tenth of the usual samples' time for every rung of this file's ladders: it is not asked how exact they are. */
export function withLessEffort(): void {
  const usual = { ...LADDER_EFFORT };
  beforeAll(() => {
    Object.assign(LADDER_EFFORT, { targetMs: usual.targetMs / 10, sampleMs: usual.sampleMs / 10 });
  });
  afterAll(() => {
    Object.assign(LADDER_EFFORT, usual);
  });
}
