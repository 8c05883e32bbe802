import type { ImportPreview } from "../../../../shared/experiments/data-import.ts";
import { pixelBytes, pixelRangeOf } from "../../../../shared/experiments/pixel-range.ts";
import { readImage } from "../../../data/read-image.ts";
import type { LabelledArrays } from "./labelled-arrays.ts";
import type { LabelledImages } from "./labelled-images.ts";

const SHOWN = 24;

/** So many places spread over `rows`. */
const spread = (rows: number): number[] =>
  Array.from({ length: Math.min(SHOWN, rows) }, (_, index) =>
    Math.floor((index * rows) / Math.min(SHOWN, rows)),
  );

/** Some images of what is previewed, as bytes; none where items are no images. */
export async function shownImages(
  given: { readonly images: LabelledImages } | { readonly arrays: LabelledArrays },
): Promise<ImportPreview["images"]> {
  if ("images" in given) {
    const { files } = given.images;
    const shown: ImportPreview["images"] = [];
    for (const row of spread(files.length)) {
      const file = files[row];
      if (file === undefined) continue;
      const { height, width, channels, values } = await readImage(file.path);
      shown.push({ label: file.className, layout: { height, width, channels }, values });
    }
    return shown;
  }
  const { layout, parts, channelsFirst, min, max, shape } = given.arrays;
  const [first] = parts;
  if (layout === null || first === undefined) return [];
  const features = shape.reduce((product, size) => product * size, 1);
  const pixels = layout.height * layout.width;
  // What is black and white is told by all values.
  const range = pixelRangeOf({ min, max });
  return spread(first.items.shape[0] ?? 0).map((row) => ({
    label: String(first.targets.data[row * given.arrays.targetWidth] ?? ""),
    layout,
    values: pixelBytes(
      Array.from({ length: features }, (_, i) => {
        const from = channelsFirst ? (i % layout.channels) * pixels + Math.floor(i / layout.channels) : i;
        return first.items.data[row * features + from] ?? 0;
      }),
      range,
    ),
  }));
}
