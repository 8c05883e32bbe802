export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A value that no axis can show, where it came up first. */
export interface NonFinite {
  readonly x: number;
  readonly kind: "NaN" | "+Inf" | "−Inf";
}

interface Bucket {
  minX: number;
  min: number;
  maxX: number;
  max: number;
  /** Where a NaN or an infinity interrupts the line, or NaN for nowhere. */
  gapX: number;
}

/**
 * Keeps a stream of points with rising x in bounded memory, so that every extreme stays visible: neighbouring points
 * share a bucket that remembers its minimum and its maximum, and when all buckets are used, pairs are merged.
 */
export class MinMaxBuffer {
  readonly #capacity: number;
  #buckets: Bucket[] = [];
  #perBucket = 1;
  #inLast = 0;
  #length = 0;
  #last: Point | null = null;
  readonly #nonFinite = new Map<NonFinite["kind"], NonFinite>();

  constructor(capacity = 4096) {
    if (!Number.isInteger(capacity) || capacity < 2 || capacity % 2 !== 0) {
      throw new RangeError(
        `MinMaxBuffer: capacity is ${capacity}, expected an even whole number of at least 2`,
      );
    }
    this.#capacity = capacity;
  }

  /** How many points were pushed. */
  get length(): number {
    return this.#length;
  }

  /** What was pushed last, as it was. */
  get last(): Point | null {
    return this.#last;
  }

  /** The first NaN, the first +Inf and the first −Inf. */
  get nonFinite(): readonly NonFinite[] {
    return [...this.#nonFinite.values()];
  }

  push(x: number, y: number): void {
    this.#length += 1;
    this.#last = { x, y };
    if (!Number.isFinite(y)) this.#remember(x, y);
    const last = this.#buckets.at(-1);
    if (last !== undefined && this.#inLast < this.#perBucket) {
      merge(last, bucketOf(x, y));
      this.#inLast += 1;
      return;
    }
    if (this.#buckets.length === this.#capacity) this.#halve();
    this.#buckets.push(bucketOf(x, y));
    this.#inLast = 1;
  }

  /** At most two points for each of `pixels` columns, in order of x, of those after an x; a NaN y is a gap. */
  points(pixels: number, after = -Infinity): Point[] {
    const columns = Math.max(1, Math.floor(pixels));
    const begin =
      after === -Infinity ? 0 : this.#buckets.findLastIndex((bucket) => endOf(bucket) <= after) + 1;
    const group = Math.max(1, Math.ceil((this.#buckets.length - begin) / columns));
    const points: Point[] = [];
    for (let first = begin; first < this.#buckets.length; first += group) {
      const [bucket, ...others] = this.#buckets.slice(first, first + group);
      if (bucket !== undefined) appendColumn(points, others.reduce(merge, { ...bucket }));
    }
    // The first bucket may begin before it.
    return after === -Infinity ? points : points.filter(({ x }) => x > after);
  }

  #remember(x: number, y: number): void {
    const kind = Number.isNaN(y) ? "NaN" : y > 0 ? "+Inf" : "−Inf";
    if (!this.#nonFinite.has(kind)) this.#nonFinite.set(kind, { x, kind });
  }

  #halve(): void {
    const merged: Bucket[] = [];
    for (let first = 0; first < this.#buckets.length; first += 2) {
      const [left, right] = [this.#buckets[first], this.#buckets[first + 1]];
      if (left !== undefined) merged.push(right === undefined ? left : merge(left, right));
    }
    this.#buckets = merged;
    this.#perBucket *= 2;
  }
}

function bucketOf(x: number, y: number): Bucket {
  if (!Number.isFinite(y)) return { minX: x, min: Infinity, maxX: x, max: -Infinity, gapX: x };
  return { minX: x, min: y, maxX: x, max: y, gapX: NaN };
}

/** The last x that a bucket remembers. */
const endOf = ({ minX, maxX, gapX }: Bucket): number =>
  Math.max(minX, maxX, Number.isNaN(gapX) ? -Infinity : gapX);

function merge(into: Bucket, other: Bucket): Bucket {
  if (other.min < into.min) [into.min, into.minX] = [other.min, other.minX];
  if (other.max > into.max) [into.max, into.maxX] = [other.max, other.maxX];
  if (Number.isNaN(into.gapX)) into.gapX = other.gapX;
  return into;
}

function appendColumn(points: Point[], { minX, min, maxX, max, gapX }: Bucket): void {
  // A column with a gap is a gap: a line drawn through it would claim a value that was not there.
  if (!Number.isNaN(gapX)) points.push({ x: gapX, y: NaN });
  else if (minX === maxX) points.push({ x: minX, y: min });
  else if (minX < maxX) points.push({ x: minX, y: min }, { x: maxX, y: max });
  else points.push({ x: maxX, y: max }, { x: minX, y: min });
}
