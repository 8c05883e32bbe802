import { isAscii } from "node:buffer";

/** Long enough for a loop on vectors. */
const TEXT = Buffer.alloc(64, "a");

/**
 * Clears the upper halves of this thread's vector registers. V8's 256-bit code leaves them filled (V8 13.0), and as long
 * as they are, whatever is compiled for SSE takes up to 17 times as long on Intel's processors: `Math.log` 160 ns instead
 * of 10 (Emerald Rapids, November 2026). Nothing in JavaScript clears them; looking for ASCII does, as the compiler's
 * code on wide vectors does where it returns. 50 ns.
 */
export const clearUpperHalves = (): void => {
  isAscii(TEXT);
};
