import { useLayoutEffect, useRef } from "react";
import type { UnitPictures } from "../../../shared/experiments/learned.ts";
import type { ChartTheme } from "../../charts/kit/chart-theme.ts";
import { useChartTheme } from "../../charts/kit/use-chart-theme.ts";
import { formatNumber } from "../../format/number.ts";
import { useStore } from "../../store/create-store.ts";
import { picturesStore } from "../training-store.ts";
import classes from "./learned.module.css";

type Rgb = readonly [number, number, number];
const rgbOf = (colour: string): Rgb => {
  const value = parseInt(colour.replace("#", ""), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
};
const mixed = (from: Rgb, to: Rgb, part: number): Rgb => [
  from[0] + (to[0] - from[0]) * part,
  from[1] + (to[1] - from[1]) * part,
  from[2] + (to[2] - from[2]) * part,
];

interface Plane {
  readonly side: number;
  readonly colourAt: (i: number) => Rgb;
  /** Drawn over it, in places from 0 to 1. */
  readonly points: readonly { readonly x: number; readonly y: number; readonly colour: string }[];
}

/** Pixels of the plane's screen: the grid is drawn small and smoothed up to them. */
const SCREEN = 320;

/** A plane on a canvas; drawn again whenever it changes, which takes well under a millisecond. */
function PlaneCanvas({
  plane,
  label,
  size,
}: {
  readonly plane: Plane;
  readonly label: string;
  readonly size: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const small = useRef<HTMLCanvasElement | null>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    const { side, colourAt, points } = plane;
    const grid = (small.current ??= document.createElement("canvas"));
    [grid.width, grid.height] = [side, side];
    const gridContext = grid.getContext("2d");
    if (context === null || context === undefined || gridContext === null) return;
    const image = gridContext.createImageData(side, side);
    for (let i = 0; i < side * side; i++) {
      const [red, green, blue] = colourAt(i);
      image.data[4 * i] = red;
      image.data[4 * i + 1] = green;
      image.data[4 * i + 2] = blue;
      image.data[4 * i + 3] = 255;
    }
    gridContext.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = true;
    context.drawImage(grid, 0, 0, SCREEN, SCREEN);
    for (const { x, y, colour } of points) {
      context.beginPath();
      context.arc(x * SCREEN, y * SCREEN, 3, 0, 2 * Math.PI);
      context.fillStyle = colour;
      context.fill();
      context.strokeStyle = "#ffffff";
      context.stroke();
    }
  }, [plane]);
  return (
    <canvas
      ref={canvas}
      width={SCREEN}
      height={SCREEN}
      role="img"
      aria-label={label}
      style={{ width: size, height: size }}
    />
  );
}

function planesOf(
  { side, lo, hi, points, classes: said, shares, units }: UnitPictures,
  theme: ChartTheme,
): { readonly boundary: Plane; readonly units: readonly (Plane & { readonly title: string })[] } {
  const ground = rgbOf(theme.surface.startsWith("#") ? theme.surface : "#ffffff");
  const series = theme.series.map((colour) => rgbOf(colour));
  const ofClass = (label: number): Rgb => series[label % series.length] ?? ground;
  const [below, above] = [ofClass(0), ofClass(1)];
  const signed = (value: number): Rgb =>
    value < 0 ? mixed(ground, below, Math.min(1, -value)) : mixed(ground, above, Math.min(1, value));
  let [least, most] = [Infinity, -Infinity];
  for (let i = 2; i < points.length; i += 3) {
    least = Math.min(least, points[i] ?? 0);
    most = Math.max(most, points[i] ?? 0);
  }
  const shown = Array.from({ length: points.length / 3 }, (_, i) => {
    const [x = 0, y = 0, target = 0] = points.subarray(3 * i, 3 * i + 3);
    const share = most > least ? (2 * (target - least)) / (most - least) - 1 : 0;
    const [red, green, blue] = said === null ? signed(share) : ofClass(target);
    return {
      x: (x - lo[0]) / (hi[0] - lo[0]),
      y: (hi[1] - y) / (hi[1] - lo[1]),
      colour: `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)})`,
    };
  });
  return {
    boundary: {
      side,
      points: shown,
      colourAt: (i) => {
        const share = (shares[i] ?? 0) / 255;
        if (said === null) return signed(2 * share - 1);
        // From even odds, the ground, to certainty.
        return mixed(ground, ofClass(said[i] ?? 0), 0.15 + 0.7 * Math.max(0, 2 * share - 1));
      },
    },
    units: units.map(({ title, lo: from, hi: to, values }) => {
      const reach = Math.max(Math.abs(from), Math.abs(to), 1e-12);
      return {
        title,
        side,
        points: [],
        colourAt: (i: number) => signed((from + ((to - from) * (values[i] ?? 0)) / 255) / reach),
      };
    }),
  };
}

/** The boundary, and what every unit makes of the plane. */
export function PlanePictures({
  pictures,
  label,
}: {
  readonly pictures: UnitPictures;
  readonly label: string;
}) {
  const theme = useChartTheme();
  const { boundary, units } = planesOf(pictures, theme);
  return (
    <section className={classes["part"]} aria-label={label}>
      <div className={classes["row"]}>
        <figure>
          <PlaneCanvas
            plane={boundary}
            size="18rem"
            label={
              pictures.classes === null
                ? "The number that is predicted, over both features"
                : "The class that is said, over both features"
            }
          />
          <figcaption className={classes["quiet"]}>
            {pictures.classes === null
              ? "predicted number: blue low, orange high"
              : "the class that is said, paler where it is unsure"}
            ; points: training rows
          </figcaption>
        </figure>
        <ul className={classes["images"]} aria-label="Units">
          {units.map((unit) => (
            <li key={unit.title} title={unit.title}>
              <PlaneCanvas plane={unit} size="3.5rem" label={unit.title} />
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

/** The same while a training goes on. */
export function LivePictures({ runId }: { readonly runId: string }) {
  const shown = useStore(picturesStore);
  if (shown?.runId !== runId) return null;
  return (
    <>
      <PlanePictures pictures={shown.pictures} label="Decision boundary" />
      <p className={classes["quiet"]}>at step {formatNumber(shown.step)}</p>
    </>
  );
}
