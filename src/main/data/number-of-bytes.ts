/** Powers of ten that float64 holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
const [ZERO, NINE, PLUS, MINUS, POINT, COMMA] = [0x30, 0x39, 0x2b, 0x2d, 0x2e, 0x2c];
/** Beyond, a mantissa may not be exact. */
const MOST_DIGITS = 15;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** The number of a text, or NaN: neither "0x10" nor "Infinity" is one. */
export function numberOfText(text: string, decimalComma: boolean): number {
  const plain = decimalComma ? text.replace(",", ".") : text;
  return NUMBER.test(plain) ? Number(plain) : NaN;
}

/**
 * The number that stands in `bytes` from `start` to `end`, correctly rounded, or NaN. Up to 15 digits without an exponent
 * are read here: a quotient of two exact numbers is rounded once (Clinger's fast path); what is longer is left to the runtime.
 *
 * @see Clinger, "How to read floating point numbers accurately" (1990)
 */
export function numberOfBytes(bytes: Buffer, start: number, end: number, decimalComma: boolean): number {
  const point = decimalComma ? COMMA : POINT;
  let at = start;
  const first = bytes[at];
  const negative = first === MINUS;
  if (negative || first === PLUS) at++;
  let [mantissa, digits, fraction, seenPoint] = [0, 0, 0, false];
  for (; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= ZERO && byte <= NINE) {
      mantissa = 10 * mantissa + (byte - ZERO);
      digits++;
      if (seenPoint) fraction++;
    } else if (byte === point && !seenPoint) seenPoint = true;
    else return numberOfText(bytes.toString("latin1", start, end), decimalComma);
  }
  if (digits === 0) return NaN;
  if (digits > MOST_DIGITS) return numberOfText(bytes.toString("latin1", start, end), decimalComma);
  const value = fraction === 0 ? mantissa : mantissa / (POWERS[fraction] ?? NaN);
  return negative ? -value : value;
}
