import { grouped } from "../../../core/grouped.ts";

/** Over more than this there is no room for 2 and 5 between the powers of ten. */
const MANY_DECADES = 2e4;
/** Part of a logarithmic axis that a number needs to stand clear of the next. */
const ROOM = 1 / 8;
/** Round numbers that an axis of less than a decade is divided by, at most. */
const MOST_SPACES = 6;

/**
 * Round numbers from `min` to `max` on a logarithmic axis, in rising order: 1, 2 and 5 times the powers of ten, the powers
 * alone over many decades; where an axis is zoomed into so little that fewer than three of them are left, evenly spaced
 * ones. Neither end is among them unless it is round.
 */
export function logTicks(min: number, max: number): readonly number[] {
  if (!(min > 0) || !(max > min) || max === Infinity) return [];
  const multiples = max / min > MANY_DECADES ? [1] : [1, 2, 5];
  const [first, last] = [exponentOf(min), exponentOf(max)];
  const decades = Array.from({ length: last - first + 1 }, (_, place) => first + place);
  const ticks = decades
    .flatMap((exponent) => multiples.map((multiple) => Number(`${multiple}e${exponent}`)))
    .filter((tick) => tick >= min && tick <= max);
  return ticks.length > 2 ? ticks : evenTicks(min, max);
}

/** Multiples of one round number, thinned out to where there is room for them on a logarithmic axis. */
function evenTicks(min: number, max: number): readonly number[] {
  const rough = (max - min) / MOST_SPACES;
  const power = 10 ** exponentOf(rough);
  const spacing = power * ([1, 2, 5].find((multiple) => multiple * power >= rough) ?? 10);
  const count = Math.floor(max / spacing) - Math.ceil(min / spacing) + 1;
  const shareOf = (tick: number): number => Math.log(tick / min) / Math.log(max / min);
  let taken = -Infinity;
  return Array.from({ length: count }, (_, place) =>
    Number(((Math.ceil(min / spacing) + place) * spacing).toPrecision(15)),
  ).filter((tick) => {
    if (shareOf(tick) - taken < ROOM) return false;
    taken = shareOf(tick);
    return true;
  });
}

/** Of the power of ten that a number begins with; the logarithm's last bits make 999.… of 1,000. */
const exponentOf = (value: number): number => Number(value.toExponential().split("e")[1]);

interface Tick {
  readonly value: number;
}

/** Smaller ones have more zeros, larger ones more digits than an eye counts: their axis writes powers of ten. */
const PLAIN_FROM = 1e-4;
const PLAIN_TO = 1e7;

/**
 * What stands at a tick: as many digits as tell it from its neighbours, which a part that is zoomed into may need many of.
 * All ticks of an axis are written in one way: 0.0001 beside 0.001, or 1e−5 beside 1e−3.
 */
export function tickText(index: number, ticks: readonly Tick[]): string {
  const value = ticks[index]?.value ?? NaN;
  if (value === 0) return "0";
  const spacing = Math.min(
    ...[ticks[index - 1], ticks[index + 1]].flatMap((other) =>
      other === undefined ? [] : [Math.abs(other.value - value)],
    ),
    // A single one has no neighbours.
    Math.abs(value),
  );
  // One digit more than its size says: a spacing need not be a power of ten.
  const decimals = 1 - exponentOf(spacing);
  if (!isPlainAxis(ticks)) return powerOfTen(value, decimals + exponentOf(value));
  return grouped(Number(value.toFixed(Math.min(20, Math.max(0, decimals))))).replace("-", "−");
}

const isPlainAxis = (ticks: readonly Tick[]): boolean =>
  ticks.every(({ value }) => value === 0 || (Math.abs(value) >= PLAIN_FROM && Math.abs(value) < PLAIN_TO));

/** More a double does not have. */
const MOST_DIGITS = 15;

/** 1e−5, 2.5e8 and, beside them, 1 for 1e0: no zeros that say nothing. */
function powerOfTen(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(Math.min(MOST_DIGITS, Math.max(0, digits))).split("e");
  const power = Number(exponent) === 0 ? "" : `e${String(Number(exponent))}`;
  return `${String(Number(mantissa))}${power}`.replaceAll("-", "−");
}
