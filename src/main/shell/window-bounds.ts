import * as v from "valibot";

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const MINIMUM_SIZE = { width: 960, height: 640 } as const;
export const DEFAULT_SIZE = { width: 1280, height: 800 } as const;

const pixels = v.pipe(v.number(), v.integer(), v.minValue(-100_000), v.maxValue(100_000));

/** What window.json holds between two starts. */
export const windowStateSchema = v.object({
  bounds: v.object({ x: pixels, y: pixels, width: pixels, height: pixels }),
  maximized: v.boolean(),
});
export type WindowState = v.InferOutput<typeof windowStateSchema>;

/**
 * Bounds that lie wholly on a display that is there now: a screen may have been unplugged since they were saved.
 *
 * @param workAreas The displays' usable areas, the primary one first.
 */
export function boundsOnDisplay(saved: Rectangle | null, workAreas: readonly Rectangle[]): Rectangle {
  const primary = workAreas[0] ?? { x: 0, y: 0, ...DEFAULT_SIZE };
  if (saved === null) return centred(primary);
  const area = workAreas.reduce(
    (best, next) => (overlap(saved, next) > overlap(saved, best) ? next : best),
    primary,
  );
  if (overlap(saved, area) === 0) return centred(area, saved);
  const { width, height } = fitted(saved, area);
  return {
    x: clamp(saved.x, area.x, area.x + area.width - width),
    y: clamp(saved.y, area.y, area.y + area.height - height),
    width,
    height,
  };
}

function centred(area: Rectangle, wanted: { width: number; height: number } = DEFAULT_SIZE): Rectangle {
  const { width, height } = fitted(wanted, area);
  return {
    x: area.x + Math.round((area.width - width) / 2),
    y: area.y + Math.round((area.height - height) / 2),
    width,
    height,
  };
}

/** Not above the display's size, not below the minimum unless the display itself is smaller. */
function fitted(wanted: { width: number; height: number }, area: Rectangle) {
  return {
    width: Math.min(Math.max(wanted.width, MINIMUM_SIZE.width), area.width),
    height: Math.min(Math.max(wanted.height, MINIMUM_SIZE.height), area.height),
  };
}

function overlap(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
