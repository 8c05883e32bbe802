import * as v from "valibot";
import { createStore, type ReadableStore } from "../store/create-store.ts";
import { parseObject } from "./preferences.ts";

/**
 * What was chosen rather than typed, kept over a restart.
 *
 * @param schema Reads what storage holds, whatever that is: each entry falls back by itself (`v.fallback`).
 */
export function createKeptStore<T extends object>(
  key: string,
  schema: v.GenericSchema<unknown, T>,
): ReadableStore<T> & { readonly change: (change: Partial<T>) => void } {
  const { get, set, subscribe } = createStore(v.parse(schema, parseObject(localStorage.getItem(key))));
  return {
    get,
    subscribe,
    change: (change) => {
      const next = { ...get(), ...change };
      localStorage.setItem(key, JSON.stringify(next));
      set(next);
    },
  };
}
