import { expect, it } from "vitest";
import { conditionOf } from "../../../../src/renderer/live/kernel/cell-condition.ts";
import { NO_SESSION } from "../../../../src/renderer/live/kernel/session-store.ts";
import type { CellResult } from "../../../../src/shared/live/cell-result.ts";
import type { CellStanding } from "../../../../src/shared/live/live-session.ts";

const RESULT: CellResult = {
  id: "a",
  outputs: [],
  error: null,
  generation: 1,
  wallMs: 1,
  operations: 0,
  flushes: 0,
  tensors: 0,
  tensorBytes: 0,
};
const given = (state: CellStanding["state"], result: CellResult | null) => ({
  ...NO_SESSION,
  standings: new Map([["a", { id: "a", state, hash: "", because: "w1", tooEarly: [] }]]),
  results: new Map([["a", { outputs: [], result, judged: null, hash: "", current: true }]]),
});

it("conditionOf() does not say of a cell whose numbers are there that it was never run", () => {
  expect(conditionOf("a", NO_SESSION).words).toBe("never run");
  expect(conditionOf("a", given("never run", null)).words).toBe("never run");
  expect(conditionOf("a", given("never run", RESULT)).words).toBe("run earlier");
  expect(conditionOf("a", given("fresh", RESULT)).words).toBe("fresh");
  expect(conditionOf("a", given("stale", RESULT)).words).toBe("stale: w1 changed");
});
