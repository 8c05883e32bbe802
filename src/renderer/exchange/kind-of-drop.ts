const NOTEBOOK = /\.(lab\.ts|ipynb)$/i;
/** Runs and weights are never kept so. */
const DATA = /\.(parquet|png|jpe?g)$|-ubyte(\.gz)?$/i;
/** Never data. */
const OTHERS = /\.(backprop\.json(\.gz)?|onnx|safetensors)$/i;

/**
 * What dropped files are, by their paths: notebooks and data are known by their names alone; the others main has to read.
 * One that can be data and something else (.csv, .npz, .npy) is data where data is looked at.
 */
export function kindOfDrop(paths: readonly string[], dataInSight: boolean): "notebooks" | "data" | "unknown" {
  if (paths.every((path) => NOTEBOOK.test(path))) return "notebooks";
  if (paths.some((path) => DATA.test(path))) return "data";
  return dataInSight && !paths.some((path) => OTHERS.test(path)) ? "data" : "unknown";
}
