import { useEffect, useState } from "react";

/** The window's monotonic clock, read again every `everyMs`; null stops it. */
export function useClock(everyMs: number | null): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    if (everyMs === null) return undefined;
    const timer = setInterval(() => setNow(performance.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
