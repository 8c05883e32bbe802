/** Where no frame comes, as in a hidden window, it is not waited for. */
const NO_FRAME_MS = 200;
const IDLE_TIMEOUT_MS = 100;

/** Calls once the frame in the making is drawn and nothing is more urgent. @returns what gives it up. */
export function afterFrame(call: () => void): () => void {
  let idle = 0;
  const giveUp = (): void => {
    cancelAnimationFrame(frame);
    cancelIdleCallback(idle);
    clearTimeout(timer);
  };
  const callOnce = (): void => {
    giveUp();
    call();
  };
  const frame = requestAnimationFrame(() => {
    idle = requestIdleCallback(callOnce, { timeout: IDLE_TIMEOUT_MS });
  });
  const timer = setTimeout(callOnce, NO_FRAME_MS);
  return giveUp;
}
