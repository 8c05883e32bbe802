import { formatNumber } from "./number.ts";

/** A measured time: "12.30 ms", "4.210 s", "2 min 05 s". */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return formatNumber(ms);
  if (Math.abs(ms) >= 120_000) {
    const seconds = Math.round(ms / 1000);
    return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
  }
  if (Math.abs(ms) >= 1000) return `${formatNumber(ms / 1000)} s`;
  if (Math.abs(ms) >= 1 || ms === 0) return `${formatNumber(ms)} ms`;
  return `${formatNumber(ms * 1000)} µs`;
}

/** A running clock: "0:41", "12:05", "1:02:09". */
export function formatClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const rest = String(seconds % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** A forecast, rounded to what it is worth: "about 40 s", "about 3 min". */
export function formatForecast(seconds: number): string {
  if (seconds < 1) return "under 1 s";
  if (seconds < 90) return `about ${formatNumber(Number(seconds.toPrecision(seconds < 10 ? 1 : 2)))} s`;
  return `about ${Math.round(seconds / 60)} min`;
}
