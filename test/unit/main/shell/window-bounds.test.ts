import fc from "fast-check";
import { expect, test } from "vitest";
import { boundsOnDisplay } from "../../../../src/main/shell/window-bounds.ts";

const LAPTOP = { x: 0, y: 24, width: 1440, height: 876 };
const PROJECTOR = { x: 1440, y: 0, width: 1920, height: 1080 };

test("boundsOnDisplay() centres the default size on the primary display", () => {
  expect(boundsOnDisplay(null, [LAPTOP, PROJECTOR])).toEqual({ x: 80, y: 62, width: 1280, height: 800 });
});

test("boundsOnDisplay() keeps bounds that still fit, on whichever display", () => {
  const saved = { x: 1500, y: 100, width: 1000, height: 700 };
  expect(boundsOnDisplay(saved, [LAPTOP, PROJECTOR])).toEqual(saved);
});

test("boundsOnDisplay() brings a window back from a display that is gone", () => {
  const saved = { x: 1500, y: 100, width: 1000, height: 700 };
  expect(boundsOnDisplay(saved, [LAPTOP])).toEqual({ x: 220, y: 112, width: 1000, height: 700 });
});

test("boundsOnDisplay() pulls in a window that hangs over an edge and is too small or too large", () => {
  expect(boundsOnDisplay({ x: -300, y: -50, width: 400, height: 5_000 }, [LAPTOP])).toEqual({
    x: 0,
    y: 24,
    width: 960,
    height: 876,
  });
});

test("boundsOnDisplay() always lies on a display", () => {
  const size = fc.record({
    x: fc.integer({ min: -100_000, max: 100_000 }),
    y: fc.integer({ min: -100_000, max: 100_000 }),
    width: fc.integer({ min: 0, max: 100_000 }),
    height: fc.integer({ min: 0, max: 100_000 }),
  });
  fc.assert(
    fc.property(size, (saved) => {
      const { x, y, width, height } = boundsOnDisplay(saved, [LAPTOP, PROJECTOR]);
      return [LAPTOP, PROJECTOR].some(
        (area) =>
          x >= area.x &&
          y >= area.y &&
          x + width <= area.x + area.width &&
          y + height <= area.y + area.height,
      );
    }),
  );
});
