import { useAnswer, type Answer } from "../bridge/use-answer.ts";
import type { Result } from "../../shared/ipc/wire-error.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";

/** What an experiment will take, and why it cannot be run ("" where it can). */
export type AskedForecast<T> = Answer<T & { readonly refusal: string }>;

/** Asks again shortly after the settings change, and when an experiment starts or ends: memory is free again. */
export function useForecast<Settings, T extends { readonly refusal: string }>(
  call: (settings: Settings) => Promise<Result<T>>,
  settings: Settings | null,
): AskedForecast<T> {
  const busy = useStore(labStore, ({ activity }) => activity !== null);
  return useAnswer(call, settings, busy);
}

export const isRefused = (forecast: AskedForecast<unknown>): boolean =>
  forecast.kind === "known" && forecast.value.refusal !== "";

/** Why nothing can be started now; undefined when it can. */
export function useBusyReason(): string | undefined {
  // Of the activity only what it is: how far it is changes all the time.
  const title = useStore(labStore, ({ activity }) => activity?.title);
  return title === undefined ? undefined : `${title} is running; cancel it first`;
}
