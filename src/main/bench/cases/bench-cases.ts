import type { BenchCase } from "./bench-case.ts";
import { NOTEBOOK_CASES } from "./notebook-case.ts";
import { productCase } from "./product-case.ts";
import { TRAINING_STEP_CASES } from "./training-step.ts";

const square = (size: number): BenchCase =>
  productCase({ name: `square-${size}`, m: size, k: size, n: size });

/** Every case by the order in which it is run and reported. */
export const BENCH_CASES: readonly BenchCase[] = [
  ...[64, 128, 256, 512, 1024, 2048].map(square),
  // The notebook's first layer: y = x W, dW = xᵀ dY, dX = dY Wᵀ.
  productCase({ name: "layer-forward", m: 50_000, k: 784, n: 50 }),
  productCase({ name: "layer-dw", m: 784, k: 50_000, n: 50, transposeA: true }),
  productCase({ name: "layer-dx", m: 50_000, k: 50, n: 784, transposeB: true }),
  productCase({ name: "lesson", m: 5, k: 784, n: 10 }),
  ...NOTEBOOK_CASES,
  ...TRAINING_STEP_CASES,
];
