import { ContractError } from "../../../core/errors.ts";
import { counted } from "../../../core/counted.ts";
import { grouped } from "../../../core/grouped.ts";
import { rowsOf, type Dataset } from "../../../shared/experiments/dataset.ts";
import { dataMisfit, endsOf, type NetworkSpec } from "../../../shared/specs/network-spec.ts";

/** Why a network does not fit its data set, or "": the ends, and moved images that are none. */
export function misfitOf(
  spec: NetworkSpec & { readonly augmentShift?: number; readonly validRows?: number },
  dataset: Dataset,
): string {
  const misfit = dataMisfit(spec, endsOf(dataset));
  if (misfit !== "") return `${dataset.title}: ${misfit}`;
  const available = rowsOf(dataset, spec.data.split);
  if (spec.data.rows > available) {
    return `${dataset.title} has ${available} rows in the split "${spec.data.split}"; ${spec.data.rows} were asked for`;
  }
  const { augmentShift = 0, validRows = 0 } = spec;
  if (validRows > dataset.validRows) {
    return (
      `${dataset.title} has ${counted(dataset.validRows, "validation row")}; validRows is ${grouped(validRows)}: ` +
      `say "validRows": ${dataset.validRows}, or less`
    );
  }
  const { layout } = dataset;
  const square = layout?.channels === 1 && layout.height === layout.width;
  return augmentShift > 0 && !square
    ? `${dataset.title} holds no square grey images: nothing can be shifted; set augmentShift to 0`
    : "";
}

/** @throws {ContractError} If the network does not fit its data set. */
export function requireFits(spec: NetworkSpec, dataset: Dataset): void {
  const misfit = misfitOf(spec, dataset);
  if (misfit !== "") throw new ContractError(misfit);
}
