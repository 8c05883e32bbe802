import { rowsOf, SPLITS, type Dataset, type Split } from "../../../../shared/experiments/dataset.ts";
import type { ReadingWatch } from "../../../data/table-source.ts";
import { firstRowOf, type DataSource } from "../data-source.ts";

const VALUES_AT_ONCE = 1 << 18;

/** Some rows of a split. */
export interface RowBlock {
  readonly split: Split;
  readonly rows: number;
  /** (rows, features), as they are stored. */
  readonly values: Uint8Array | Float32Array;
  /** (rows, targets): classes as indices, numbers as they are. */
  readonly targets: Float32Array;
}

/** All rows of some splits, a megabyte at a time. @throws {DataFormatError} @throws {ExperimentCancelled} */
export async function* rowBlocks(
  source: DataSource,
  watch: ReadingWatch,
  splits: readonly Split[] = SPLITS,
): AsyncGenerator<RowBlock> {
  const { dataset } = source;
  const all = SPLITS.reduce((sum, split) => sum + rowsOf(dataset, split), 0);
  const rowsAtOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / dataset.features));
  for (const split of splits) {
    const [begin, count] = [firstRowOf(dataset, split), rowsOf(dataset, split)];
    for (let row = 0; row < count; row += rowsAtOnce) {
      watch.checkpoint();
      const rows = Math.min(rowsAtOnce, count - row);
      yield {
        split,
        rows,
        values: await source.features(begin + row, rows),
        targets: await source.targets(begin + row, rows),
      };
      watch.progress((begin + row + rows) / all);
    }
  }
}

/** A name for each feature and target, and "split". */
export function columnNames({ features, featureNames, target }: Dataset): string[] {
  const named = Array.from({ length: features }, (_, i) => featureNames[i] ?? `value ${i + 1}`);
  return [...named, ...(target.kind === "classes" ? ["label"] : target.names), "split"];
}
