/** WebAssembly text for sum + a · b of four lanes. */
export type MultiplyAdd = (a: string, b: string, sum: string) => string;

/**
 * Every access is written `64 + …` from a pointer that is 64 less: V8's 256-bit revectoriser passes over a pair of
 * accesses whose first offset is zero.
 */
export const BIAS = 64;

export const local = (name: string): string => `(local.get $${name})`;
export const set = (name: string, value: string): string => `(local.set $${name} ${value})`;
export const constant = (value: number): string => `(i32.const ${value})`;
export const advance = (name: string, bytes: string): string =>
  set(name, `(i32.add ${local(name)} ${bytes})`);
/** 0 … n − 1. */
export const count = (n: number): number[] => Array.from({ length: n }, (_, index) => index);
export const lines = (parts: readonly (string | readonly string[])[]): string => parts.flat().join("\n");

/** All lanes zero, of any type. */
export const ZERO = "(v128.const i64x2 0 0)";
/** The same number in four lanes. */
export const splat = (value: number): string => `(f32x4.splat (f32.const ${value}))`;
/** c₀ xⁿ + c₁ xⁿ⁻¹ + … + cₙ of four lanes (Horner); `x` is a local's name. */
export const polynomial = (coefficients: readonly number[], x: string): string =>
  coefficients
    .map(splat)
    .reduce((sum, coefficient) => `(f32x4.add (f32x4.mul ${sum} ${local(x)}) ${coefficient})`);
