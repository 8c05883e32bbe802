import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { counted } from "../../../../core/counted.ts";
import { DataFormatError } from "../../../../core/errors.ts";
import { MOST_CLASSES, type Layout } from "../../../../shared/experiments/dataset.ts";
import type { BrokenFiles, ImportPlan } from "../../../../shared/experiments/data-import.ts";
import { readImage, type DecodedImage } from "../../../data/read-image.ts";
import type { ReadingWatch } from "../../../data/table-source.ts";
import { BrokenImages } from "./broken-images.ts";
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
  /** Damaged, unreadable, or of another size than most: none of `files`. */
  readonly broken: BrokenFiles;
}

/** What images of one size have been found to hold. */
interface SizeFound {
  readonly height: number;
  readonly width: number;
  readonly files: ImageFile[];
  coloured: boolean;
  transparent: number;
  turned: number;
  sum: number;
  values: number;
  min: number;
  max: number;
}

const nothingOf = ({ height, width }: DecodedImage): SizeFound => ({
  height,
  width,
  files: [],
  coloured: false,
  transparent: 0,
  turned: 0,
  sum: 0,
  values: 0,
  min: 255,
  max: 0,
});

function addTo(found: SizeFound, file: ImageFile, image: DecodedImage): void {
  const { channels, transparent, turned, values } = image;
  found.files.push(file);
  if (turned) found.turned++;
  if (channels === 3) found.coloured = true;
  if (transparent) found.transparent++;
  for (const value of values) {
    found.sum += value;
    if (value < found.min) found.min = value;
    if (value > found.max) found.max = value;
  }
  found.values += values.length;
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
 * reads each once; what is hidden is passed over, what is damaged or of another size than most is named.
 *
 * @throws {DataFormatError} If there are none, or not one is sound. @throws {ExperimentCancelled}
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
  const sizes = new Map<string, SizeFound>();
  const broken = new BrokenImages();
  for (const [index, file] of files.entries()) {
    watch.checkpoint();
    try {
      const image = await readImage(file.path);
      const key = `${image.width} × ${image.height}`;
      const found = sizes.get(key) ?? nothingOf(image);
      sizes.set(key, found);
      addTo(found, file, image);
    } catch (error) {
      broken.add(error);
    }
    watch.progress((index + 1) / files.length);
  }
  // The first of those that are equally frequent.
  const [most, ...odd] = [...sizes.values()].sort((a, b) => b.files.length - a.files.length);
  if (most === undefined)
    throw new DataFormatError(root, { place: "the folder" }, "PNG or JPEG images", broken.words());
  const { height, width, coloured, transparent, turned, min, max } = most;
  for (const other of odd) {
    for (const { path } of other.files) {
      const expected = `${width} × ${height} pixels, as ${most.files[0]?.path ?? ""}`;
      broken.add(
        new DataFormatError(path, { place: "the image" }, expected, `${other.width} × ${other.height}`),
      );
    }
  }
  const counts = new Map<string, number>();
  for (const { className } of most.files) counts.set(className, (counts.get(className) ?? 0) + 1);
  if (counts.size > MOST_CLASSES)
    throw new DataFormatError(
      root,
      { place: "the folder" },
      `at most ${MOST_CLASSES} folders, one a class`,
      `${counts.size}`,
    );
  return {
    files: most.files,
    layout: { height, width, channels: coloured ? 3 : 1 },
    classes: inOrder(counts.keys()).map((value) => ({ value, rows: counts.get(value) ?? 0 })),
    min,
    max,
    mean: most.sum / most.values,
    broken: broken.found,
    notes: [
      `${most.files.length} images of ${width} × ${height} pixels, ${coloured ? "in colour" : "grey"}; a folder's name is the class`,
      ...(transparent > 0
        ? [`what is transparent in ${counted(transparent, "image", "images")} is black`]
        : []),
      ...(turned > 0 ? [`${counted(turned, "image was", "images were")} set upright, as Exif says`] : []),
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
