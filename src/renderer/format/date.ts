const MINUTES = {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
} as const;
const LOCAL = new Intl.DateTimeFormat(undefined, MINUTES);
const LOCAL_SECONDS = new Intl.DateTimeFormat(undefined, { ...MINUTES, second: "2-digit" });
const LOCAL_EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/** An ISO 8601 UTC time as the reader's clock shows it. */
export function formatDate(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : LOCAL.format(date);
}

/** The same with seconds, where several fall into one minute. */
export function formatMoment(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : LOCAL_SECONDS.format(date);
}

/** The same with day of the week, seconds and zone. */
export function formatExactDate(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : LOCAL_EXACT.format(date);
}
