import { useSyncExternalStore } from "react";
import { afterFrame } from "./after-frame.ts";

export interface ReadableStore<T> {
  readonly get: () => T;
  readonly subscribe: (listener: () => void) => () => void;
}

export interface Store<T> extends ReadableStore<T> {
  readonly set: (next: T) => void;
  /** Replaces the value at once and tells of it after the next frame: for what is on the screen already. */
  readonly setAndTellLater: (next: T) => void;
}

/** One value that components read with `useStore`; they render again when it is replaced. */
export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  let giveUp: (() => void) | null = null;
  const tell = (): void => {
    giveUp?.();
    giveUp = null;
    for (const listener of listeners) listener();
  };
  return {
    get: () => value,
    set: (next) => {
      if (Object.is(next, value)) return;
      value = next;
      tell();
    },
    setAndTellLater: (next) => {
      value = next;
      giveUp ??= afterFrame(tell);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useStore<T>(store: ReadableStore<T>): T;
export function useStore<T, S>(store: ReadableStore<T>, select: (value: T) => S): S;
export function useStore<T, S>(store: ReadableStore<T>, select?: (value: T) => S): T | S {
  return useSyncExternalStore(store.subscribe, () =>
    select === undefined ? store.get() : select(store.get()),
  );
}
