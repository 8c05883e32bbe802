import { useLayoutEffect, useMemo, useRef } from "react";
import type { UnitPictures } from "../../../shared/experiments/learned.ts";
import type { ChartTheme } from "../../charts/kit/chart-theme.ts";
import { useChartTheme } from "../../charts/kit/use-chart-theme.ts";
import { formatNumber } from "../../../shared/format/number.ts";
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

const OPAQUE = 0xff000000;
/** As ImageData has it where the low byte comes first: on all that Electron runs on. */
const packed = ([red, green, blue]: Rgb): number =>
  (OPAQUE | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;

/** Values of a byte. */
const SHADES = 256;
/** A colour for each byte, worked out once: a frame of all units has a hundred thousand pixels. */
const shades = (colourOf: (share: number) => Rgb): Uint32Array =>
  Uint32Array.from({ length: SHADES }, (_, i) => packed(colourOf(i / (SHADES - 1))));

interface Palette {
  /** From lowest to highest by way of the ground, −1 to 1 in 256 shades. */
  readonly signed: Uint32Array;
  readonly signedRgb: (value: number) => Rgb;
  /** Of each class by the share it has: from even odds, the ground, to certainty. */
  readonly classes: readonly Uint32Array[];
  readonly classRgb: (label: number) => Rgb;
}

function paletteOf(theme: ChartTheme): Palette {
  const ground = rgbOf(theme.surface.startsWith("#") ? theme.surface : "#ffffff");
  const series = theme.series.map((colour) => rgbOf(colour));
  const classRgb = (label: number): Rgb => series[label % series.length] ?? ground;
  const [below, above] = [classRgb(0), classRgb(1)];
  const signedRgb = (value: number): Rgb =>
    value < 0 ? mixed(ground, below, Math.min(1, -value)) : mixed(ground, above, Math.min(1, value));
  return {
    signed: shades((share) => signedRgb(2 * share - 1)),
    signedRgb,
    classes: series.map((colour) =>
      shades((share) => mixed(ground, colour, 0.15 + 0.7 * Math.max(0, 2 * share - 1))),
    ),
    classRgb,
  };
}

type Paint = (pixels: Uint32Array) => void;

function paintBoundary({ classes: said, shares }: UnitPictures, palette: Palette): Paint {
  return (pixels) => {
    for (let i = 0; i < pixels.length; i++) {
      const share = shares[i] ?? 0;
      const own = said === null ? palette.signed : palette.classes[(said[i] ?? 0) % palette.classes.length];
      pixels[i] = own?.[share] ?? OPAQUE;
    }
  };
}

function paintUnit({ lo, hi, values }: UnitPictures["units"][number], { signed }: Palette): Paint {
  const reach = Math.max(Math.abs(lo), Math.abs(hi), 1e-12);
  // 0 is the ground, whatever the range.
  const [first, rise] = [(lo / reach + 1) / 2, (hi - lo) / reach / 2 / (SHADES - 1)];
  return (pixels) => {
    for (let i = 0; i < pixels.length; i++) {
      pixels[i] = signed[Math.round((SHADES - 1) * (first + rise * (values[i] ?? 0)))] ?? OPAQUE;
    }
  };
}

/**
 * A grid as an image of as many pixels, which the screen enlarges and smooths: enlarged by hand, a network's thirty
 * units took a tenth of a second a frame where there is no graphics card.
 */
function GridCanvas({
  side,
  paint,
  label,
}: {
  readonly side: number;
  readonly paint: Paint;
  readonly label: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const image = useRef<ImageData>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d", { willReadFrequently: true });
    if (context === null || context === undefined) return;
    const own = (image.current ??= context.createImageData(side, side));
    paint(new Uint32Array(own.data.buffer));
    context.putImageData(own, 0, 0);
  }, [side, paint]);
  return <canvas ref={canvas} width={side} height={side} role="img" aria-label={label} />;
}

/** Pixels of the sheet that the training rows are drawn on. */
const SHEET = 640;
const POINT_RADIUS = 6;

/** Training rows on a sheet of their own: they stay while what is under them changes. */
function PointsSheet({
  pictures: { points, lo, hi, classes: said },
  palette,
}: {
  readonly pictures: UnitPictures;
  readonly palette: Palette;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const ofClasses = said !== null;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d", { willReadFrequently: true });
    if (context === null || context === undefined) return;
    let [least, most] = [Infinity, -Infinity];
    for (let i = 2; i < points.length; i += 3) {
      least = Math.min(least, points[i] ?? 0);
      most = Math.max(most, points[i] ?? 0);
    }
    context.clearRect(0, 0, SHEET, SHEET);
    context.strokeStyle = "#ffffff";
    context.lineWidth = 2;
    for (let i = 0; i < points.length; i += 3) {
      const [x = 0, y = 0, target = 0] = points.subarray(i, i + 3);
      const share = most > least ? (2 * (target - least)) / (most - least) - 1 : 0;
      const [red, green, blue] = ofClasses ? palette.classRgb(target) : palette.signedRgb(share);
      context.beginPath();
      context.arc(
        (SHEET * (x - lo[0])) / (hi[0] - lo[0]),
        (SHEET * (hi[1] - y)) / (hi[1] - lo[1]),
        POINT_RADIUS,
        0,
        2 * Math.PI,
      );
      context.fillStyle = `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)})`;
      context.fill();
      context.stroke();
    }
  }, [points, lo, hi, ofClasses, palette]);
  return <canvas ref={canvas} width={SHEET} height={SHEET} aria-hidden />;
}

/** The boundary, and what every unit makes of the plane. */
export function PlanePictures({
  pictures,
  label,
  heading: Heading,
}: {
  readonly pictures: UnitPictures;
  readonly label: string;
  readonly heading: "h2" | "h3";
}) {
  const theme = useChartTheme();
  const palette = useMemo(() => paletteOf(theme), [theme]);
  return (
    <section className={classes["part"]} aria-label={label}>
      <Heading>{label}</Heading>
      <div className={classes["row"]}>
        <figure className={classes["boundary"]}>
          <div className={classes["plane"]}>
            <GridCanvas
              side={pictures.side}
              paint={paintBoundary(pictures, palette)}
              label={
                pictures.classes === null
                  ? "The number that is predicted, over both features"
                  : "The class that is said, over both features"
              }
            />
            <PointsSheet pictures={pictures} palette={palette} />
          </div>
          <figcaption className={classes["quiet"]}>
            {pictures.classes === null
              ? "predicted number: blue low, orange high"
              : "the class that is said, fainter where it is unsure"}
            ; points: training rows
          </figcaption>
        </figure>
        <ul className={classes["images"]} aria-label="Units">
          {pictures.units.map((unit) => (
            <li key={unit.title} title={unit.title} className={classes["unit"]}>
              <GridCanvas side={pictures.side} paint={paintUnit(unit, palette)} label={unit.title} />
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
      <PlanePictures pictures={shown.pictures} label="Decision boundary" heading="h2" />
      <p className={classes["quiet"]}>at step {formatNumber(shown.step)}</p>
    </>
  );
}
