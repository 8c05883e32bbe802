import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { initStore, measureInit } from "../../../../src/renderer/initialise/init-store.ts";
import type { InitReport, InitSettings } from "../../../../src/shared/experiments/init.ts";
import { NOTEBOOK_NETWORK } from "../../../../src/shared/specs/network-spec.ts";

const settings = (seed: number): InitSettings => ({
  network: { ...NOTEBOOK_NETWORK, data: { name: "mnist", split: "valid", rows: 100 }, seed },
  otherwise: null,
  gradients: false,
  threads: 1,
});

type Answer =
  | { readonly ok: true; readonly value: InitReport }
  | { readonly ok: false; readonly error: Error };
const measure = vi.fn<(given: InitSettings) => Promise<Answer>>();
const reportOf = (given: InitSettings) =>
  ({ sides: [], notes: [String(given.network.seed)] }) as unknown as InitReport;
const seedsAsked = () => measure.mock.calls.map(([{ network }]) => network.seed);

beforeEach(() => {
  measure.mockReset();
  measure.mockImplementation((given) => Promise.resolve({ ok: true, value: reportOf(given) }));
  vi.stubGlobal("window", { lab: { initMeasure: measure } });
});
afterEach(() => vi.unstubAllGlobals());

it("measures the same settings once, whichever object they come in", async () => {
  await measureInit(settings(1));
  await measureInit(settings(1));
  expect(seedsAsked()).toEqual([1]);
  await measureInit(settings(2));
  await measureInit(settings(1));
  expect(seedsAsked()).toEqual([1, 2, 1]);
  expect(initStore.get().report).toEqual(reportOf(settings(1)));
});

it("measures of several that come meanwhile the newest, and none twice", async () => {
  const first = measureInit(settings(3));
  await measureInit(settings(4));
  await measureInit(settings(5));
  await first;
  expect(seedsAsked()).toEqual([3, 5]);
  const again = measureInit(settings(6));
  await measureInit(settings(7));
  await measureInit(settings(6));
  await again;
  expect(seedsAsked()).toEqual([3, 5, 6]);
  expect(initStore.get()).toMatchObject({ report: reportOf(settings(6)), measuring: false });
});

it("asks again for what failed", async () => {
  measure.mockResolvedValueOnce({ ok: false, error: new Error("no memory") });
  await measureInit(settings(8));
  expect(initStore.get().failure).not.toBeNull();
  await measureInit(settings(8));
  expect(seedsAsked()).toEqual([8, 8]);
  expect(initStore.get().failure).toBeNull();
});
