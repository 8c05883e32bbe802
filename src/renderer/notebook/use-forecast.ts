import type { Forecast, NotebookSettings } from "../../shared/experiments/notebook.ts";
import { useAnswer, type Answer } from "../bridge/use-answer.ts";

/** What a run with these settings will need, asked again shortly after they change and after `again` changes. */
export function useForecast(settings: NotebookSettings | null, again: unknown): Answer<Forecast> {
  return useAnswer(window.lab.notebookForecast, settings, again);
}
