import * as v from "valibot";
import { beforeEach, expect, it, vi } from "vitest";
import { createKeptStore } from "../../../../src/renderer/preferences/kept-store.ts";
import { stubStorage } from "../stub-storage.ts";

const SCHEMA = v.object({
  tolerance: v.fallback(v.picklist(["strict", "notebook"]), "strict"),
  every: v.fallback(v.boolean(), false),
});
const DEFAULTS = { tolerance: "strict", every: false };
const KEY = "choice";

let storage: Map<string, string>;
beforeEach(() => {
  vi.unstubAllGlobals();
  storage = stubStorage();
});

it("createKeptStore() begins with the defaults and keeps what is changed over a restart", () => {
  const store = createKeptStore(KEY, SCHEMA);
  const told = vi.fn();
  store.subscribe(told);
  expect(store.get()).toEqual(DEFAULTS);
  store.change({ every: true });
  expect(told).toHaveBeenCalledOnce();
  expect(createKeptStore(KEY, SCHEMA).get()).toEqual({ tolerance: "strict", every: true });
});

it.each([
  ["not JSON", "{", DEFAULTS],
  ["another thing", "[1]", DEFAULTS],
  ["one bad entry", '{"tolerance":"loose","every":true}', { tolerance: "strict", every: true }],
  ["an entry of an earlier version", '{"every":true,"old":1}', { tolerance: "strict", every: true }],
])("createKeptStore() falls back entry by entry: %s", (_what, text, expected) => {
  storage.set(KEY, text);
  expect(createKeptStore(KEY, SCHEMA).get()).toEqual(expected);
});
