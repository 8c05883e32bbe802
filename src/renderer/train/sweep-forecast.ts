import type { Result } from "../../shared/ipc/wire-error.ts";
import { sampleSweep, type SweepSpec } from "../../shared/specs/sweep-spec.ts";

export interface SweepForecast {
  /** Of all trainings, one after the other; null before something was measured on this machine. */
  readonly seconds: number | null;
  /** Of the largest training that was asked for. */
  readonly totalBytes: number;
  /** Trainings that were asked for. */
  readonly asked: number;
  /** Why one of them cannot run, or "". */
  readonly refusal: string;
}

/** Trainings whose forecasts are asked for; those of many more are as long as these on average. */
const MOST_ASKED = 12;

/** What a sweep of so many trainings will take, by the forecasts of some of them. */
export async function forecastSweep({
  sweep,
  trainings,
}: {
  readonly sweep: SweepSpec;
  readonly trainings: number;
}): Promise<Result<SweepForecast>> {
  const sample = sampleSweep(sweep, MOST_ASKED);
  let seconds: number | null = 0;
  let totalBytes = 0;
  for (const { spec, note } of sample) {
    const answer = await window.lab.trainingForecast(spec);
    if (!answer.ok) return answer;
    const { value } = answer;
    if (value.refusal !== "") {
      return {
        ok: true,
        value: { seconds: null, totalBytes, asked: sample.length, refusal: `${note}: ${value.refusal}` },
      };
    }
    seconds = seconds === null || value.seconds === null ? null : seconds + value.seconds;
    totalBytes = Math.max(totalBytes, value.totalBytes);
  }
  return {
    ok: true,
    value: {
      seconds: seconds === null ? null : (seconds * trainings) / sample.length,
      totalBytes,
      asked: sample.length,
      refusal: "",
    },
  };
}
