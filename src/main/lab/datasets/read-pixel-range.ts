import { pixelRangeOf, type PixelRange } from "../../../shared/experiments/pixel-range.ts";
import type { DataSource } from "./data-source.ts";

/** Values that are looked at: some thousand small images. */
const MOST_VALUES = 1 << 20;

/** The range that all images of a data set are drawn on, found on its first training rows; null where rows are no images. @throws {DataFormatError} */
export async function readPixelRange(source: DataSource): Promise<PixelRange | null> {
  const { dataset } = source;
  if (dataset.layout === null) return null;
  const rows = Math.max(1, Math.min(dataset.trainRows, Math.floor(MOST_VALUES / dataset.features)));
  let [min, max] = [Infinity, -Infinity];
  for (const value of await source.features(0, rows)) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return pixelRangeOf({ min, max });
}
