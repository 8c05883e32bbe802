import { hash32, hashKey } from "../random/hash.ts";
import { isBlock, mapBranches } from "./block.ts";
import type { DropoutLayer, Layer, Network } from "./network.ts";

/** Seeds of the dropout layers, apart from each other. */
const DROPOUT_SEED_STEP = 0x51ed270b;

/** The seed of dropout layer number `index` that drops anything, from 0, in a training with this seed. */
export const dropoutSeed = (seed: number, index: number): number => seed + DROPOUT_SEED_STEP * (index + 1);

/** Whether a layer drops anything. */
const drops = (layer: Layer): layer is DropoutLayer => layer.type === "dropout" && layer.rate > 0;

/**
 * The same network with its dropout layers at the first step of a training with this seed: each mask is then one and the
 * same for whoever computes it. A layer that drops nothing goes.
 */
export function withFixedMasks(network: Network, seed: number): Network {
  let index = 0;
  const fix = (layer: Layer): Layer[] => {
    if (isBlock(layer)) return [mapBranches(layer, (branch) => branch.flatMap(fix))];
    if (layer.type !== "dropout") return [layer];
    return drops(layer) ? [{ ...layer, seed: dropoutSeed(seed, index++) }] : [];
  };
  return { ...network, layers: network.layers.flatMap(fix) };
}

/**
 * What a dropout layer with a seed of its own multiplies an element by: 1 / (1 − rate), or 0 where its place, row · features
 * + feature, is dropped.
 */
export function dropoutFactor({ rate, seed = 0 }: DropoutLayer, place: number): number {
  return hash32(place ^ hashKey(seed, 0)) >= rate * 2 ** 32 ? 1 / (1 - rate) : 0;
}
