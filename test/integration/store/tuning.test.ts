import { expect, test } from "vitest";
import { StoreError } from "../../../src/core/errors.ts";
import type { TuningKey } from "../../../src/main/store/tables/tuning-table.ts";
import type { Tuning } from "../../../src/shared/experiments/tuning.ts";
import { connect } from "../../../src/main/store/open/database.ts";
import { nativeBinding } from "./recorded-values.ts";
import { useStoreFolder } from "./store-folder.ts";

const folder = useStoreFolder();

const key: TuningKey = {
  cpuModel: "Some CPU @ 2.60GHz",
  electron: "33.2.1",
  v8: "13.0",
  v8Flags: "--no-liftoff",
  appVersion: "0.1.0",
  kernels: "a1b2",
};
const tuning: Tuning = {
  measuredAt: "2026-11-23T04:53:12.345Z",
  peakGflops: 131.25,
  chosen: "relaxed128",
  cacheBytes: 524_288,
  systemCacheBytes: 1_048_576,
  blocks: [
    { cacheBytes: 1_048_576, gflops: 80.2 },
    { cacheBytes: 524_288, gflops: 93.1 },
  ],
  kernels: [
    { instructionSet: "relaxed256", failure: "relaxed256: wrong result, element (0, 0) is 2", gflops: 0 },
    { instructionSet: "relaxed128", failure: null, gflops: 53.1 },
    { instructionSet: "simd128", failure: null, gflops: 41.7 },
  ],
};

test("findTuning() gives what saveTuning() saved, also after the store was opened again", () => {
  const store = folder.open(folder.file());
  expect(store.tunings.find(key)).toBeUndefined();
  store.tunings.save(key, tuning);
  expect(store.tunings.find(key)).toStrictEqual(tuning);
  store.close();
  expect(folder.open(folder.file()).tunings.find(key)).toStrictEqual(tuning);
});

test("saveTuning() keeps a peak, and a cache, that are unknown as unknown", () => {
  const store = folder.open(folder.file());
  store.tunings.save(key, { ...tuning, peakGflops: null, systemCacheBytes: null });
  expect(store.tunings.find(key)).toMatchObject({ peakGflops: null, systemCacheBytes: null });
});

test.each<[keyof TuningKey, string]>([
  ["cpuModel", "Another CPU"],
  ["electron", "43.0.0"],
  ["v8", "14.6"],
  ["v8Flags", ""],
  ["appVersion", "0.2.0"],
  ["kernels", "c3d4"],
])("findTuning() gives nothing for another %s", (name, value) => {
  const store = folder.open(folder.file());
  store.tunings.save(key, tuning);
  expect(store.tunings.find({ ...key, [name]: value })).toBeUndefined();
});

test("saveTuning() replaces the tuning of another build on the same CPU and runtime", () => {
  const store = folder.open(folder.file());
  store.tunings.save(key, tuning);
  store.tunings.save({ ...key, kernels: "c3d4" }, { ...tuning, chosen: "simd128" });
  expect(store.tunings.find(key)).toBeUndefined();
  expect(store.tunings.find({ ...key, kernels: "c3d4" })?.chosen).toBe("simd128");
});

test("dropTuning() forgets the tuning of this CPU and runtime and no other", () => {
  const store = folder.open(folder.file());
  const other = { ...key, cpuModel: "Another CPU" };
  store.tunings.save(key, tuning);
  store.tunings.save(other, tuning);
  store.tunings.drop(key);
  expect(store.tunings.find(key)).toBeUndefined();
  expect(store.tunings.find(other)).toStrictEqual(tuning);
});

test("findTuning() throws StoreError when the row was changed outside the app", () => {
  const store = folder.open(folder.file());
  store.tunings.save(key, tuning);
  const db = connect(folder.file(), { nativeBinding });
  db.exec(`UPDATE tuning SET candidates = '[{"gflops":"fast"}]'`);
  db.close();
  expect(() => store.tunings.find(key)).toThrow(StoreError);
});

test("saveTuning() throws StoreError when the store is read-only", () => {
  folder.open(folder.file()).close();
  const store = folder.open(folder.file(), { readOnly: true });
  expect(() => store.tunings.save(key, tuning)).toThrow(/open for reading only/);
});
