import { setImmediate as nextTurn } from "node:timers/promises";

/** Nobody reads any more: a pipe whose reader has ended, a terminal that was closed. */
const GONE = new Set(["EPIPE", "EIO", "ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END"]);

const codeOf = (error: Error): string =>
  "code" in error && typeof error.code === "string" ? error.code : "";

export interface StandardStreams {
  /** What could not be written for another reason than that nobody reads, for example to a full disk; or null. */
  readonly failure: Error | null;
}

/**
 * Keeps a reader that has ended (`lab runs | head -1`) from ending this process with an error that nobody caught.
 *
 * @param onGone Told once when standard output has no reader any more.
 */
export function watchStandardStreams(onGone: () => void): StandardStreams {
  const state: { failure: Error | null; gone: boolean } = { failure: null, gone: false };
  process.stdout.on("error", (error: Error) => {
    if (!GONE.has(codeOf(error))) state.failure ??= error;
    if (state.gone) return;
    state.gone = true;
    onGone();
  });
  process.stderr.on("error", () => {
    // Where nobody reads what went wrong, nothing is left to say.
  });
  return state;
}

/** Resolves when everything written so far has left this process, or nobody is there to take it. */
export async function drainStandardStreams(): Promise<void> {
  await Promise.all([process.stdout, process.stderr].map(drained));
  // A write to a file fails at once and tells it after the promises of this turn: who asks next would not know of it.
  await nextTurn();
}

const drained = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) {
      resolve();
      return;
    }
    stream.once("error", () => resolve());
    // Called when this and all before it was written, or could not be.
    stream.write("", () => resolve());
  });
