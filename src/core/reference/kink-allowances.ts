import type { ReluKink } from "./reference-gradients.ts";

/** How far each gradient may move when units at a kink fall on the other side, by flat index. */
export interface KinkAllowances {
  readonly x: ReadonlyMap<number, number>;
  readonly w1: ReadonlyMap<number, number>;
  readonly b1: ReadonlyMap<number, number>;
}

/** Weights of the network that the allowances need: w1 (inFeatures, hidden), w2 (hidden, 1). */
interface KinkNetwork {
  readonly w1: ArrayLike<number>;
  readonly w2: ArrayLike<number>;
  readonly inFeatures: number;
  readonly hidden: number;
}

/**
 * A unit j at the relu's kink in row n either passes dz = w2[j] · dpred on or does not: x.g[n, :] may differ by
 * |w1[:, j] dz|, w1.g[:, j] by |x[n, :] dz| and b1.g[j] by |dz|. w2 and b2 do not depend on the side.
 *
 * @param rowOf The inputs of a row, (inFeatures,).
 */
export function kinkAllowances(
  { w1, w2, inFeatures, hidden }: KinkNetwork,
  kinks: readonly ReluKink[],
  rowOf: (row: number) => ArrayLike<number>,
): KinkAllowances {
  const allowances = {
    x: new Map<number, number>(),
    w1: new Map<number, number>(),
    b1: new Map<number, number>(),
  };
  const add = (map: Map<number, number>, index: number, amount: number): void => {
    map.set(index, (map.get(index) ?? 0) + Math.abs(amount));
  };
  for (const { row, unit, dpred } of kinks) {
    const dz = w2[unit] * dpred;
    const inputs = rowOf(row);
    add(allowances.b1, unit, dz);
    for (let i = 0; i < inFeatures; i++) {
      add(allowances.x, row * inFeatures + i, w1[i * hidden + unit] * dz);
      add(allowances.w1, i * hidden + unit, inputs[i] * dz);
    }
  }
  return allowances;
}
