/** What costs time waits until scrolling has rested this long, so that scrolling never waits for it. */
const REST_MS = 150;
const IDLE_TIMEOUT_MS = 400;

let scrolledAt = -Infinity;
globalThis.addEventListener(
  "scroll",
  () => {
    scrolledAt = performance.now();
  },
  { capture: true, passive: true },
);

/** Calls once nothing has been scrolled for a while and nothing else is to do. @returns what gives it up. */
export function whenRested(call: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let idle = 0;
  const look = (): void => {
    const leftMs = scrolledAt + REST_MS - performance.now();
    if (leftMs > 0) timer = setTimeout(look, leftMs);
    else idle = requestIdleCallback(call, { timeout: IDLE_TIMEOUT_MS });
  };
  look();
  return () => {
    clearTimeout(timer);
    cancelIdleCallback(idle);
  };
}
