import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MachineWatch } from "../../../../src/main/timing/machine-watch.ts";
import { ToldMachine } from "./told-machine.ts";

let machine: ToldMachine;
let watch: MachineWatch;
beforeEach(() => {
  vi.useFakeTimers();
  machine = new ToldMachine();
  watch = new MachineWatch(machine);
});
afterEach(() => {
  vi.useRealTimers();
});

test("the app's own work is no other program's, whichever of its processes did it", () => {
  const stretch = watch.begin();
  machine.pass(1_000, { own: 2 });
  expect(stretch.look("while it ran")).toEqual({
    loadBefore: NaN,
    governor: "unknown",
    onBattery: null,
    othersBusy: 0,
    throttled: null,
    warnings: [],
  });
});

test("other programs are told of from a quarter of the processors on, and half a processor", () => {
  const quiet = watch.begin();
  machine.pass(1_000, { own: 1, others: 0.5 });
  expect(quiet.look("while it ran")).toMatchObject({ othersBusy: 0.5, warnings: [] });
  const busy = watch.begin();
  machine.pass(1_000, { own: 1, others: 0.75 });
  expect(busy.look("while it ran").warnings).toEqual([
    "Other programs kept 0.8 of 2 processors busy while it ran. Close them and measure again.",
  ]);
  machine.processors = 16;
  const wide = watch.begin();
  machine.pass(1_000, { own: 8, others: 4 });
  expect(wide.look("while it ran").warnings).toEqual([]);
});

test("what a virtual machine's host takes is not blamed on programs", () => {
  const stretch = watch.begin();
  machine.pass(1_000, { own: 1, others: 0.1, stolen: 0.9 });
  expect(stretch.look("while it ran").warnings).toEqual([
    "The host of this virtual machine kept 1.0 of 2 processors for others while it ran. Measure again when it has less to do.",
  ]);
});

test("a stretch that is too short, or a system that counts nothing, tells nothing", () => {
  const short = watch.begin();
  machine.pass(100, { others: 2 });
  expect(short.look("while it ran")).toMatchObject({ othersBusy: null, warnings: [] });
  machine.counts = false;
  const uncounted = watch.begin();
  machine.pass(1_000, { own: 1 });
  expect(uncounted.look("while it ran").othersBusy).toBeNull();
});

test("with readings kept, a short stretch has the seconds before it, and nothing older", () => {
  const stop = watch.keepReadings();
  const pass = (ms: number, others: number): void => {
    machine.pass(ms, { others });
    vi.advanceTimersByTime(ms);
  };
  pass(2_000, 2);
  pass(2_000, 0);
  pass(2_000, 0);
  const idle = watch.beginBefore();
  machine.pass(1, {});
  expect(idle.look("while it ran").warnings).toEqual([]);
  pass(2_000, 1);
  const busy = watch.beginBefore();
  machine.pass(1, { own: 1, others: 1 });
  expect(busy.look("while it ran").othersBusy).toBeCloseTo(1, 3);
  const other = watch.keepReadings();
  stop();
  stop();
  expect(vi.getTimerCount()).toBe(1);
  other();
  expect(vi.getTimerCount()).toBe(0);
});

test("from leaveOthersOut() on other programs are not counted, heat is", () => {
  machine.heatSeen = { slowdowns: 1, now: false };
  const stretch = watch.begin();
  machine.pass(1_000, {});
  stretch.leaveOthersOut();
  machine.pass(1_000, { others: 2 });
  expect(stretch.look("while it ran")).toMatchObject({ othersBusy: 0, throttled: false, warnings: [] });
  machine.heatSeen = { slowdowns: 2, now: false };
  expect(stretch.look("while it ran").warnings.join()).toMatch(/too hot .* while it ran/);
  machine.heatSeen = { slowdowns: 1, now: true };
  expect(stretch.look("while it ran").throttled).toBe(true);
});

test("a battery and a governor that saves power are warned of", () => {
  machine.battery = true;
  machine.governorName = "powersave";
  const { governor, onBattery, warnings } = watch.begin().look("while it ran");
  expect({ governor, onBattery }).toEqual({ governor: "powersave", onBattery: true });
  expect(warnings.join()).toMatch(/battery.*powersave/);
});
