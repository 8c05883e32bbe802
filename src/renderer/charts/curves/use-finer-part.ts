import { useMemo } from "react";
import type { Result } from "../../../shared/ipc/wire-error.ts";
import type { BandsRequest, CurvesRequest } from "../../../shared/runs/run-curves.ts";
import { useAnswer } from "../../bridge/use-answer.ts";
import { useStore } from "../../store/create-store.ts";
import { runsRevision } from "../../store/lab-store.ts";
import type { ShownStretch } from "../interact/zoom.ts";
import { drawnPointsText, type DrawnPart, type Steps } from "./finer-part.ts";

/** Keys that zoom repeat faster than a stretch need be read. */
const SETTLE_MS = 100;
/** More a request must not ask for. */
const MOST_COLUMNS = 4_000;

export interface FinerPart<T> {
  /** None while all of the axis is shown, and until the answer has come. */
  readonly parts: readonly T[];
  /** What of it is drawn, or why it could not be read. */
  readonly note: string | null;
}

const NOTHING: FinerPart<never> = { parts: [], note: null };

/**
 * The part of curves that a chart is zoomed into, read from the store at the resolution of the screen: shortly after it
 * changes, after runs change, and after `again` does. Until the answer to a further zoom has come, the part before stays.
 * `call` must keep its identity.
 */
export function useFinerPart<I extends CurvesRequest | BandsRequest, T extends DrawnPart>(
  call: (request: I) => Promise<Result<T[]>>,
  /** What is asked for where all of the axis is shown. */
  whole: I,
  shown: { readonly stretch: ShownStretch; readonly steps: Steps } | null,
  {
    again = null,
    noteOf = drawnPointsText,
  }: {
    readonly again?: unknown;
    /** What is said of the part; must keep its identity. */
    readonly noteOf?: (steps: Steps, parts: readonly T[]) => string;
  } = {},
): FinerPart<T> {
  // The same request is the same text, whatever objects it is made of.
  const key = JSON.stringify(
    shown === null ? null : { ...whole, steps: shown.steps, columns: columnsOf(shown.stretch) },
  );
  const wholeKey = JSON.stringify(whole);
  const request = useMemo(() => JSON.parse(key) as (I & { readonly steps: Steps }) | null, [key]);
  const ask = useMemo(
    () => async (input: I & { readonly steps: Steps }) => {
      const answer = await call(input);
      return answer.ok ? { ok: true as const, value: { wholeKey, input, parts: answer.value } } : answer;
    },
    [call, wholeKey],
  );
  const revision = useStore(runsRevision);
  const answer = useAnswer(ask, request, `${revision} ${String(again)}`, SETTLE_MS);
  return useMemo(() => {
    if (answer.kind === "none") return NOTHING;
    if (answer.kind === "failed") {
      return { parts: [], note: `This part could not be read more finely: ${answer.error.message}` };
    }
    const { input, parts } = answer.value;
    // What was read of other curves, or smoothed otherwise, is no part of these.
    if (answer.value.wholeKey !== wholeKey) return NOTHING;
    return { parts, note: noteOf(input.steps, parts) };
  }, [answer, wholeKey, noteOf]);
}

const columnsOf = ({ widthPx }: ShownStretch): number =>
  Math.min(MOST_COLUMNS, Math.max(1, Math.round(widthPx * window.devicePixelRatio)));
