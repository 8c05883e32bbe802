/** What WebAssembly modules are generated for, fastest first. */
export const WASM_SETS = ["relaxed256", "relaxed128", "simd128"] as const;

export type WasmSet = (typeof WASM_SETS)[number];

/**
 * What the kernels exist for, fastest first. `relaxed256`: fused multiply-add on tiles that V8's 256-bit
 * revectoriser turns into AVX2; `relaxed128`: fused multiply-add on 128 bits; `simd128`: multiply and add, the same
 * bits on every CPU; `javascript`: plain loops, for a CPU whose WebAssembly has no vectors.
 */
export const INSTRUCTION_SETS = [...WASM_SETS, "javascript"] as const;

export type InstructionSet = (typeof INSTRUCTION_SETS)[number];

/** Columns of the widest tile of an instruction set. */
export const PANEL_COLUMNS: Readonly<Record<InstructionSet, number>> = {
  relaxed256: 16,
  relaxed128: 8,
  simd128: 8,
  javascript: 4,
};
