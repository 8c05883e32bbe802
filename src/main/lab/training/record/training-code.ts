import type { Quantities, RunSummary } from "../../../../shared/runs/run-records.ts";
import type { TrainingCode } from "./training-run-id.ts";

const buildOf = ({ appVersion, kernels }: TrainingCode): string => `${appVersion}, kernels ${kernels}`;

/** What a run keeps of the code that computed it. */
export const codeQuantities = (code: TrainingCode): Quantities => ({
  kernels: code.instructionSet,
  build: buildOf(code),
  ...(code.data === undefined ? {} : { dataContent: code.data }),
});

/**
 * Why a training that goes on with this code would not give the values that it would have given: words that name both
 * sides; "" where nothing differs.
 *
 * @param known What is known of a run of an earlier version, which kept nothing of its code: the kernels by its machine,
 * and whether it has the id that this code gives.
 */
export function codeDifference(
  { config }: Pick<RunSummary, "config">,
  code: TrainingCode,
  known: { readonly kernel: string; readonly sameId: boolean },
): string {
  const told: string[] = [];
  const kernels = config["kernels"] ?? known.kernel.replace(/^wasm-/, "");
  if (kernels !== code.instructionSet) {
    told.push(`it was begun with the kernels ${String(kernels)}, and here are ${code.instructionSet}`);
  }
  const { build } = config;
  if (build !== undefined && build !== buildOf(code)) {
    told.push(`it was begun with version ${String(build)}, and this is ${buildOf(code)}`);
  }
  if (build !== undefined && config["dataContent"] !== code.data) {
    told.push("its data set has other content now");
  }
  if (build === undefined && !known.sameId && told.length === 0) {
    told.push("another version of the app or other data began it: its id is not the one that they give here");
  }
  return told.join("; ");
}
