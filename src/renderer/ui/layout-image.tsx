import { useLayoutEffect, useRef } from "react";
import type { Layout } from "../../shared/experiments/dataset.ts";

interface LayoutImageProps {
  /** Bytes, channel innermost. */
  readonly values: Uint8Array;
  readonly layout: Layout;
  readonly label: string;
  readonly size?: string;
}

/** An image as it is stored: grey values as light, three channels in their colours. */
export function LayoutImage({ values, layout, label, size = "3.5rem" }: LayoutImageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { height, width, channels } = layout;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context === undefined || context === null) return;
    const image = context.createImageData(width, height);
    for (let pixel = 0; pixel < width * height; pixel++) {
      const at = (channel: number): number => values[pixel * channels + Math.min(channel, channels - 1)] ?? 0;
      image.data.set(channels < 3 ? [at(0), at(0), at(0), 255] : [at(0), at(1), at(2), 255], 4 * pixel);
    }
    context.putImageData(image, 0, 0);
  }, [values, width, height, channels]);
  return (
    <canvas
      ref={canvas}
      width={width}
      height={height}
      role="img"
      aria-label={label}
      style={{ width: size, height: size, objectFit: "contain", imageRendering: "pixelated" }}
    />
  );
}
