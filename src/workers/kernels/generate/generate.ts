import binaryen from "binaryen";
import type { WasmSet } from "../../../shared/engine/instruction-sets.ts";
import { PRIMITIVES } from "../primitives/primitive-table.ts";
import { peakFunctions } from "./generate-peak.ts";
import { productFunctions } from "./generate-tiles.ts";
import { naturalLogarithmFunction } from "./natural-logarithm.ts";
import { powerFunction } from "./power.ts";
import { lines } from "./wat.ts";

/** The module of one instruction set as text; its memory is the arena, imported as `env.memory`. */
export const kernelText = (instructionSet: WasmSet): string =>
  lines([
    `(module (import "env" "memory" (memory 1 65536 shared))`,
    productFunctions(instructionSet),
    powerFunction(),
    naturalLogarithmFunction(),
    Object.entries(PRIMITIVES).map(([name, { generate }]) => generate(name)),
    peakFunctions(instructionSet),
    ")",
  ]);

/** Assembles a module from text. Not optimised here: V8 does that, and wants the accesses where they stand. */
export function assembleKernels(text: string): Uint8Array {
  const module = binaryen.parseText(text);
  const { SIMD128, RelaxedSIMD, Atomics, MutableGlobals, NontrappingFPToInt } = binaryen.Features;
  module.setFeatures(SIMD128 | RelaxedSIMD | Atomics | MutableGlobals | NontrappingFPToInt);
  if (!module.validate()) throw new Error("the generated kernels are not a valid WebAssembly module");
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}
