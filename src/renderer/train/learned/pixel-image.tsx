import { useLayoutEffect, useRef } from "react";
import type { Layout } from "../../../shared/experiments/dataset.ts";
import { useChartTheme } from "../../charts/kit/use-chart-theme.ts";

const MNIST_LAYOUT: Layout = { height: 28, width: 28, channels: 1 };

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
  /** One a pixel and channel: 0 to 255, or weights of both signs. */
  readonly values: Uint8Array | Float32Array;
  readonly label: string;
  readonly size?: string;
  readonly layout?: Layout;
}

/** Pixels: grey values as ink on the ground, colours as they are, weights from one colour over the ground to another. */
export function PixelImage({ values, label, size = "3.5rem", layout = MNIST_LAYOUT }: PixelImageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useChartTheme();
  const { width, height, channels } = layout;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context === undefined || context === null) return;
    const image = context.createImageData(width, height);
    const ground = rgbOf(theme.surface.startsWith("#") ? theme.surface : "#ffffff");
    const signed = values instanceof Float32Array;
    const most = signed ? values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) : 255;
    const ink = rgbOf(theme.series[5] ?? "#1a1f26");
    const [below, above] = [rgbOf(theme.series[0] ?? "#0072b2"), rgbOf(theme.series[1] ?? "#d55e00")];
    const coloured = channels >= 3;
    for (let i = 0; i < width * height; i++) {
      if (coloured && !signed) {
        image.data.set([...values.subarray(i * channels, i * channels + 3), 255], 4 * i);
        continue;
      }
      // Weights of several channels count together.
      let value = 0;
      for (let c = 0; c < channels; c++) value += (values[i * channels + c] ?? 0) / channels;
      const part = most === 0 ? 0 : Math.abs(value) / most;
      const [red, green, blue] = mixed(ground, signed ? (value < 0 ? below : above) : ink, part);
      image.data.set([red, green, blue, 255], 4 * i);
    }
    context.putImageData(image, 0, 0);
  }, [values, theme, width, height, channels]);
  return (
    <canvas
      ref={canvas}
      width={width}
      height={height}
      role="img"
      aria-label={label}
      style={{ width: size, height: size, imageRendering: "pixelated" }}
    />
  );
}
