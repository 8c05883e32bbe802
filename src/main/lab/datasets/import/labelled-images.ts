import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { counted } from "../../../../core/counted.ts";
import { DataFormatError } from "../../../../core/errors.ts";
import { MOST_CLASSES, type Layout } from "../../../../shared/experiments/dataset.ts";
import type { ImportPlan } from "../../../../shared/experiments/data-import.ts";
import { readImage, type DecodedImage } from "../../../data/read-image.ts";
import type { ReadingWatch } from "../../../data/table-source.ts";
import { allocateValues, splitNamed, type Collected } from "./collected.ts";
import { inOrder } from "./scan-table.ts";

const IMAGE = [".png", ".jpg", ".jpeg"];
const MOST_IMAGES = 1_000_000;

export const isImageName = (path: string): boolean => IMAGE.includes(extname(path).toLowerCase());

/** Files and folders that systems and notebooks put beside others: ._1.png, .ipynb_checkpoints, __MACOSX. */
export const isHidden = (name: string): boolean => name.startsWith(".") || name === "__MACOSX";

interface ImageFile {
  readonly path: string;
  readonly className: string;
  readonly split: 0 | 1 | 2 | null;
}

/** Image files in folders that say their classes. */
export interface LabelledImages {
  readonly files: readonly ImageFile[];
  readonly layout: Layout;
  readonly classes: readonly { readonly value: string; readonly rows: number }[];
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly notes: readonly string[];
}

async function filesBelow(folder: string, found: string[], others: string[]): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (isHidden(entry.name)) continue;
    if (entry.isDirectory()) await filesBelow(path, found, others);
    else if (entry.isFile() && isImageName(entry.name)) found.push(path);
    else others.push(path);
    if (found.length > MOST_IMAGES)
      throw new DataFormatError(folder, { place: "the folder" }, `at most ${MOST_IMAGES} images`, "more");
  }
}

/** An image with as many channels as the data set: grey ones become coloured. */
function withChannels({ channels, values }: DecodedImage, wanted: number): Uint8Array {
  if (channels === wanted) return values;
  return Uint8Array.from({ length: wanted * values.length }, (_, i) => values[Math.floor(i / wanted)] ?? 0);
}

/**
 * Finds PNG and JPEG files whose folder's name is their class, in folders called train, valid or test if there are such, and
 * reads each once; what is hidden is passed over.
 *
 * @throws {DataFormatError} If there are none, one class only, or one is damaged or of another size.
 */
export async function labelledImages(paths: readonly string[], watch: ReadingWatch): Promise<LabelledImages> {
  const [found, others]: [string[], string[]] = [[], []];
  for (const path of paths) {
    if ((await stat(path)).isDirectory()) await filesBelow(path, found, others);
    else found.push(path);
  }
  found.sort((a, b) => (a < b ? -1 : 1));
  const root = paths[0] ?? "";
  if (found.length === 0)
    throw new DataFormatError(
      root,
      { place: "the folder" },
      "PNG or JPEG images in one folder a class",
      others.length === 0 ? "nothing" : `${others.length} other files`,
    );
  const files = found.map((path): ImageFile => {
    const folder = dirname(path);
    return { path, className: basename(folder), split: splitNamed(basename(dirname(folder))) };
  });
  const counts = new Map<string, number>();
  for (const { className } of files) counts.set(className, (counts.get(className) ?? 0) + 1);
  if (counts.size > MOST_CLASSES)
    throw new DataFormatError(
      root,
      { place: "the folder" },
      `at most ${MOST_CLASSES} folders, one a class`,
      `${counts.size}`,
    );
  let [size, channels]: [DecodedImage | null, 1 | 3] = [null, 1];
  let [sum, min, max, values] = [0, 255, 0, 0];
  let transparent = 0;
  for (const [index, { path }] of files.entries()) {
    watch.checkpoint();
    const image = await readImage(path);
    size ??= image;
    if (image.height !== size.height || image.width !== size.width) {
      throw new DataFormatError(
        path,
        { place: "the image" },
        `${size.width} × ${size.height} pixels, as ${files[0]?.path ?? ""}`,
        `${image.width} × ${image.height}`,
      );
    }
    if (image.channels === 3) channels = 3;
    if (image.transparent) transparent++;
    for (const value of image.values) {
      sum += value;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    values += image.values.length;
    watch.progress((index + 1) / files.length);
  }
  const { height, width } = size ?? { height: 1, width: 1 };
  return {
    files,
    layout: { height, width, channels },
    classes: inOrder(counts.keys()).map((value) => ({ value, rows: counts.get(value) ?? 0 })),
    min,
    max,
    mean: sum / values,
    notes: [
      `${files.length} images of ${width} × ${height} pixels, ${channels === 1 ? "grey" : "in colour"}; a folder's name is the class`,
      ...(transparent > 0
        ? [`what is transparent in ${counted(transparent, "image", "images")} is black`]
        : []),
      ...(others.length > 0 ? [`${others.length} other files are left out`] : []),
    ],
  };
}

/** Decodes all images into one array. @throws {DataFormatError} @throws {ExperimentCancelled} */
export async function collectImages(
  { files, layout, classes }: LabelledImages,
  plan: ImportPlan,
  watch: ReadingWatch,
): Promise<Collected> {
  const features = layout.height * layout.width * layout.channels;
  const values = allocateValues(files.length, features, "uint8");
  const names = classes.map(({ value }) => value);
  const targets = new Float32Array(files.length);
  for (const [row, { path, className }] of files.entries()) {
    watch.checkpoint();
    values.set(withChannels(await readImage(path), layout.channels), row * features);
    targets[row] = names.indexOf(className);
    watch.progress((row + 1) / files.length);
  }
  return {
    rows: files.length,
    features,
    values,
    targets,
    classes: names,
    targetNames: names,
    featureNames: [],
    layout: plan.layout,
    given: Uint8Array.from(files, ({ split }) => split ?? 0),
  };
}
