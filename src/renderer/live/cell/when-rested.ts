/** What costs time waits until scrolling and typing have rested this long, so that neither waits for it. */
const REST_MS = 150;
const IDLE_TIMEOUT_MS = 400;

let movedAt = -Infinity;
for (const type of ["scroll", "keydown"]) {
  globalThis.addEventListener(
    type,
    () => {
      movedAt = performance.now();
    },
    { capture: true, passive: true },
  );
}

/** Calls once nothing has been scrolled or typed for a while and nothing else is to do. @returns what gives it up. */
export function whenRested(call: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let idle = 0;
  const look = (): void => {
    const leftMs = movedAt + REST_MS - performance.now();
    if (leftMs > 0) timer = setTimeout(look, leftMs);
    else idle = requestIdleCallback(call, { timeout: IDLE_TIMEOUT_MS });
  };
  look();
  return () => {
    clearTimeout(timer);
    cancelIdleCallback(idle);
  };
}
