import { useEffect, useState } from "react";
import type { Forecast, NotebookSettings } from "../../shared/notebook.ts";
import type { WireError } from "../../shared/wire-error.ts";
import { ask, wireErrorOf } from "../bridge/lab.ts";

const SETTLE_MS = 200;

export type ForecastState =
  | { readonly kind: "none" }
  | { readonly kind: "known"; readonly forecast: Forecast }
  | { readonly kind: "failed"; readonly error: WireError };

/** What a run with these settings will need, asked again shortly after they change and after `again` changes. */
export function useForecast(settings: NotebookSettings | null, again: unknown): ForecastState {
  const [state, setState] = useState<ForecastState>({ kind: "none" });
  useEffect(() => {
    if (settings === null) return undefined;
    let current = true;
    const timer = setTimeout(() => {
      ask(window.lab.notebookForecast(settings)).then(
        (forecast) => current && setState({ kind: "known", forecast }),
        (error: unknown) => current && setState({ kind: "failed", error: wireErrorOf(error) }),
      );
    }, SETTLE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [settings, again]);
  return settings === null ? { kind: "none" } : state;
}
