// Not collapsed by the page, and as wide as a digit in a monospaced font.
const PAD = "\u00a0";

/**
 * Pads numbers so that in a monospaced font their decimal points stand under each other. Texts that are not numbers
 * keep their place at the right end of the whole part.
 */
export function alignDecimals(texts: readonly string[]): readonly string[] {
  const parts = texts.map((text) => {
    const point = /^[−\d][\d,]*(\.\d+)?/.test(text) ? text.search(/[.e]/) : -1;
    return point < 0 ? { whole: text, rest: "" } : { whole: text.slice(0, point), rest: text.slice(point) };
  });
  const whole = Math.max(0, ...parts.map((part) => part.whole.length));
  const rest = Math.max(0, ...parts.map((part) => part.rest.length));
  return parts.map((part) => part.whole.padStart(whole, PAD) + part.rest.padEnd(rest, PAD));
}
