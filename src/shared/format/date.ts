const MINUTES = {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
} as const;
/** Of an ISO 8601 UTC time; made when the first time is shown, not while the window opens: each takes milliseconds. */
function dateFormat(options: Intl.DateTimeFormatOptions): (iso: string) => string {
  let format: Intl.DateTimeFormat | undefined;
  return (iso) => {
    const date = new Date(iso);
    if (Number.isNaN(date.getTime())) return iso;
    format ??= new Intl.DateTimeFormat(undefined, options);
    return format.format(date);
  };
}

/** An ISO 8601 UTC time as the reader's clock shows it. */
export const formatDate = dateFormat(MINUTES);

/** The same with seconds, where several fall into one minute. */
export const formatMoment = dateFormat({ ...MINUTES, second: "2-digit" });

/** The same with day of the week, seconds and zone. */
export const formatExactDate = dateFormat({ dateStyle: "full", timeStyle: "long", hourCycle: "h23" });
