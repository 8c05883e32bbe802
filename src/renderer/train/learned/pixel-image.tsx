import { useLayoutEffect, useRef } from "react";
import { useChartTheme } from "../../charts/kit/use-chart-theme.ts";

const SIDE = 28;

type Rgb = readonly [number, number, number];

/** "#0072B2" as three numbers. */
const rgbOf = (colour: string): Rgb => {
  const value = parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
};
const mixed = (from: Rgb, to: Rgb, part: number): Rgb => [
  from[0] + (to[0] - from[0]) * part,
  from[1] + (to[1] - from[1]) * part,
  from[2] + (to[2] - from[2]) * part,
];

interface PixelImageProps {
  /** 784 values: grey 0 to 255, or weights of both signs. */
  readonly values: Uint8Array | Float32Array;
  readonly label: string;
  readonly size?: string;
}

/** 28 × 28 pixels: grey values as ink on the ground, weights from one colour over the ground to another. */
export function PixelImage({ values, label, size = "3.5rem" }: PixelImageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useChartTheme();
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context === undefined || context === null) return;
    const image = context.createImageData(SIDE, SIDE);
    const ground = rgbOf(theme.surface.startsWith("#") ? theme.surface : "#ffffff");
    const signed = values instanceof Float32Array;
    const most = signed ? values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) : 255;
    const ink = rgbOf(theme.series[5] ?? "#1a1f26");
    const [below, above] = [rgbOf(theme.series[0] ?? "#0072b2"), rgbOf(theme.series[1] ?? "#d55e00")];
    values.forEach((value, i) => {
      const part = most === 0 ? 0 : Math.abs(value) / most;
      const [red, green, blue] = mixed(ground, signed ? (value < 0 ? below : above) : ink, part);
      image.data.set([red, green, blue, 255], 4 * i);
    });
    context.putImageData(image, 0, 0);
  }, [values, theme]);
  return (
    <canvas
      ref={canvas}
      width={SIDE}
      height={SIDE}
      role="img"
      aria-label={label}
      style={{ width: size, height: size, imageRendering: "pixelated" }}
    />
  );
}
