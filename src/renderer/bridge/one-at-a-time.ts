/** Asks when told to, and never twice at a time. */
export type Asker = {
  /** Asks after the pause; while an answer is awaited, once more when it has come. */
  readonly again: () => void;
  /** Nothing is asked any more, and an answer that is still to come is passed over. */
  readonly stop: () => void;
};

/**
 * Every answer is shown, also one that more has happened since: on a busy machine answers may take longer than the
 * next change, and what waits for one that nothing followed would stand still.
 *
 * @param ask Asks and shows; it must not reject.
 */
export function oneAtATime(ask: (stopped: () => boolean) => Promise<void>, settleMs: number): Asker {
  let stopped = false;
  let wanted = false;
  let busy = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const left = (): boolean => wanted;
  const run = async (): Promise<void> => {
    timer = undefined;
    busy = true;
    wanted = false;
    await ask(() => stopped);
    busy = false;
    if (left()) again();
  };
  const again = (): void => {
    wanted = true;
    if (stopped || busy || timer !== undefined) return;
    timer = setTimeout(() => void run(), settleMs);
  };
  return {
    again,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
