import { createStore, useStore } from "../store/create-store.ts";

export interface Preferences {
  readonly theme: "system" | "light" | "dark";
  readonly projector: boolean;
  readonly motion: "system" | "reduced";
  /** Step of the tour that is shown, from 0. */
  readonly tour: number;
  /** The notebook that was open last; null before one was. */
  readonly notebook: string | null;
}

/** A step that no tour has: it is over. */
export const TOUR_ENDED = 1000;

const KEY = "backprop-lab.preferences";
const DEFAULTS: Preferences = {
  theme: "system",
  projector: false,
  motion: "system",
  tour: 0,
  notebook: null,
};

/** Whatever is in storage, made valid: an older or a damaged entry must not keep the window from opening. */
export function parsePreferences(text: string | null): Preferences {
  const stored = parseObject(text);
  const { theme, projector, motion, tour, notebook } = stored;
  return {
    theme: theme === "light" || theme === "dark" ? theme : DEFAULTS.theme,
    projector: projector === true,
    motion: motion === "reduced" ? motion : DEFAULTS.motion,
    tour: typeof tour === "number" && Number.isInteger(tour) && tour >= 0 ? tour : DEFAULTS.tour,
    notebook: typeof notebook === "string" && notebook.length <= 100 ? notebook : DEFAULTS.notebook,
  };
}

/** A stored object, or an empty one for anything else. */
export function parseObject(text: string | null): Readonly<Record<string, unknown>> {
  if (text === null) return {};
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export const preferencesStore = createStore<Preferences>(DEFAULTS);

export function loadPreferences(): void {
  const text = localStorage.getItem(KEY);
  if (text !== null && !isJson(text)) localStorage.setItem(`${KEY}.bad`, text);
  preferencesStore.set(parsePreferences(text));
}

export function changePreferences(change: Partial<Preferences>): void {
  const next = { ...preferencesStore.get(), ...change };
  localStorage.setItem(KEY, JSON.stringify(next));
  preferencesStore.set(next);
}

export function usePreferences(): Preferences {
  return useStore(preferencesStore);
}
