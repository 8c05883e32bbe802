import { createStore } from "../../store/create-store.ts";
import { findPattern, findText, type FindSettings, type FoundText } from "./find-text.ts";
import type { DocumentCell } from "../../../shared/documents/lab-document.ts";

/** What is looked for in the open notebook; null while nobody looks. */
export interface Finding {
  readonly settings: FindSettings;
  readonly replacing: boolean;
  readonly by: string;
  /** Which of the places is the current one. */
  readonly current: number;
}

const NOTHING: FindSettings = { text: "", matchCase: false, wholeWord: false, regularExpression: false };

export const findingStore = createStore<Finding | null>(null);
let last: FindSettings = NOTHING;

export function openFind(replacing: boolean): void {
  const before = findingStore.get();
  const selected = window.getSelection()?.toString() ?? "";
  const settings = selected !== "" && !selected.includes("\n") ? { ...last, text: selected } : last;
  findingStore.set(before === null ? { settings, replacing, by: "", current: 0 } : { ...before, replacing });
  requestAnimationFrame(() => document.querySelector<HTMLInputElement>("[data-find]")?.select());
}

export function changeFind(
  change: Partial<Omit<Finding, "settings">> & { readonly settings?: Partial<FindSettings> },
): void {
  const before = findingStore.get();
  if (before === null) return;
  const settings = { ...before.settings, ...change.settings };
  last = settings;
  findingStore.set({ ...before, ...change, settings });
}

export function closeFind(): void {
  findingStore.set(null);
}

export interface Found {
  readonly pattern: RegExp | null;
  readonly reason: string;
  readonly places: readonly FoundText[];
}
const NOTHING_FOUND: Found = { pattern: null, reason: "", places: [] };

let cached: {
  readonly settings: FindSettings;
  readonly cells: readonly DocumentCell[];
  readonly found: Found;
} | null = null;

/** What the settings find in the cells; the same answer for the same question. */
export function foundIn(settings: FindSettings | undefined, cells: readonly DocumentCell[]): Found {
  if (settings === undefined) return NOTHING_FOUND;
  if (cached?.settings === settings && cached.cells === cells) return cached.found;
  const pattern = findPattern(settings);
  const found: Found =
    pattern === null
      ? NOTHING_FOUND
      : pattern instanceof RegExp
        ? { pattern, reason: "", places: findText(cells, pattern) }
        : { ...NOTHING_FOUND, reason: pattern.reason };
  cached = { settings, cells, found };
  return found;
}
