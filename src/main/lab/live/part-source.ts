import { isDefinedPart } from "../../../shared/live/part-text.ts";
import type { CellResult } from "../../../shared/live/cell-result.ts";
import { MOST_SOURCE } from "../../../shared/specs/own-part-spec.ts";

/** A cell's result whose activations, losses and layers hold the code they were made of. */
export function withPartSource(result: CellResult, source: string): CellResult {
  if (source.length > MOST_SOURCE) return result;
  const outputs = result.outputs.map((output) => (isDefinedPart(output) ? { ...output, source } : output));
  return { ...result, outputs };
}
