import { vi } from "vitest";

/** A localStorage for modules that read it when they are loaded: import them after this. */
export function stubStorage(given: Readonly<Record<string, string>> = {}): Map<string, string> {
  const entries = new Map(Object.entries(given));
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => void entries.set(key, value),
  });
  return entries;
}
