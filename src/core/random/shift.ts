/** A move by up to `most` pixels each way, all equally likely, from one 32-bit draw. */
export function shiftOf(draw: number, most: number): { right: number; down: number } {
  const places = 2 * most + 1;
  const low = draw & 0xffff;
  const high = draw >>> 16;
  return { right: (low % places) - most, down: (high % places) - most };
}
