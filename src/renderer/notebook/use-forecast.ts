import type { Forecast, NotebookSettings } from "../../shared/experiments/notebook.ts";
import { useAnswer, type Answer } from "../bridge/use-answer.ts";

export type ForecastState = Answer<Forecast>;

/** What a run with these settings will need, asked again shortly after they change and after `again` changes. */
export function useForecast(settings: NotebookSettings | null, again: unknown): ForecastState {
  return useAnswer(window.lab.notebookForecast, settings, again);
}
