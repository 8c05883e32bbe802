/** Powers of ten that float64 holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
const [ZERO, NINE, PLUS, MINUS, POINT, COMMA] = [0x30, 0x39, 0x2b, 0x2d, 0x2e, 0x2c];
/** Beyond, a mantissa may not be exact. */
const MOST_DIGITS = 15;
const MOST_SMALL_DIGITS = 9;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** The first byte of − (U+2212) in UTF-8, which typesetting writes for a minus. */
const MINUS_SIGN_BYTE = 0xe2;
const [QUOTE, APOSTROPHE] = [0x22, 0x27];

const [BLANK, TABULATOR] = [0x20, 0x09];
const isBlank = (byte: number | undefined): boolean => byte === BLANK || byte === TABULATOR;

/**
 * The number of a text, or NaN: neither "0x10" nor "Infinity" is one, nor 1.234 where commas part decimals: it is a thousand.
 * − (U+2212) is a minus; quotes inside of a field, as tables that were written twice have them, count nothing.
 */
export function numberOfText(text: string, decimalComma: boolean): number {
  if (decimalComma && text.includes(".")) return NaN;
  const minus = text.replace(/^(["']+)(.*)\1$/, "$2").replaceAll("\u2212", "-");
  const plain = decimalComma ? minus.replace(",", ".") : minus;
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
  let digits = 0;
  let pointAt = -1;
  // The first digits fit into an integer, which is faster; destructuring would be slower, a field is read each 10 ns.
  let small = 0;
  for (; at < end && digits < MOST_SMALL_DIGITS; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit >= 0 && digit <= 9) {
      small = (Math.imul(small, 10) + digit) | 0;
      digits++;
    } else if (digit + ZERO === point && pointAt < 0) pointAt = at;
    else return numberOfOtherBytes(bytes, start, end, decimalComma);
  }
  let mantissa = small;
  for (; at < end; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit >= 0 && digit <= 9) {
      mantissa = 10 * mantissa + digit;
      digits++;
    } else if (digit + ZERO === point && pointAt < 0) pointAt = at;
    else return numberOfOtherBytes(bytes, start, end, decimalComma);
  }
  if (digits === 0) return NaN;
  if (digits > MOST_DIGITS) return numberOfOtherBytes(bytes, start, end, decimalComma);
  const value = pointAt < 0 ? mantissa : mantissa / (POWERS[end - pointAt - 1] ?? NaN);
  return negative ? -value : value;
}

/** What is no plain decimal: blanks around it, an exponent, many digits, or a word, which its first byte tells. */
function numberOfOtherBytes(bytes: Buffer, start: number, end: number, decimalComma: boolean): number {
  let [from, to] = [start, end];
  while (from < to && isBlank(bytes[from])) from++;
  while (to > from && isBlank(bytes[to - 1])) to--;
  if (from > start || to < end) return numberOfBytes(bytes, from, to, decimalComma);
  const first = bytes[start] ?? 0;
  const maybe =
    (first >= ZERO && first <= NINE) ||
    first === PLUS ||
    first === MINUS ||
    first === MINUS_SIGN_BYTE ||
    first === QUOTE ||
    first === APOSTROPHE ||
    first === POINT ||
    first === COMMA;
  return maybe ? numberOfText(bytes.toString("utf8", start, end), decimalComma) : NaN;
}

/**
 * Whether whole digits with a zero before them stand there, as codes and postcodes are written: 01 is a number as 1 is, but
 * another label.
 */
export function isPaddedNumber(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 2 || bytes[start] !== ZERO) return false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO || byte > NINE) return false;
  }
  return true;
}
