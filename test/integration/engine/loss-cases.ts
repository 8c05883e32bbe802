import type { LossOp } from "../../../src/core/ops/loss-ops.ts";
import { wave, type KernelCase } from "./kernel-case.ts";

const SHAPES = [
  [1, 1],
  [131, 1],
  [64, 3],
  [3_001, 10],
  [250_000, 1],
] as const;
const targetShape = ([rows, columns]: readonly [number, number]): readonly number[] =>
  columns === 1 ? [rows] : [rows, columns];
const near = (i: number): number => 3 * wave(i + 11);

const ofPredictions = (op: "l1" | "huber", { backward }: { readonly backward: boolean }): KernelCase[] =>
  SHAPES.flatMap((shape) =>
    (op === "l1" ? [null] : [0.1, 1, 50]).map((delta): KernelCase => {
      const own = delta === null ? {} : { delta };
      return {
        title: `${op}${backward ? "Backward" : ""} (${shape.join(", ")})${delta === null ? "" : `, delta ${delta}`}`,
        operands: {
          pred: { shape, fill: wave },
          // Some are equal, where the sign is 0.
          target: { shape: targetShape(shape), fill: (i) => (i % 7 === 0 ? wave(i) : near(i)) },
          ...(backward ? { dpred: { shape } } : { loss: { shape: [1] } }),
        },
        op: (t) => {
          const both = { pred: t.pred, target: t.target, ...own };
          return (
            backward ? { op: `${op}Backward`, ...both, dpred: t.dpred } : { op, ...both, loss: t.loss }
          ) as LossOp<(typeof t)["pred"]>;
        },
        result: backward ? "dpred" : "loss",
      };
    }),
  );

const binary = (backward: boolean): KernelCase[] =>
  SHAPES.flatMap((shape) =>
    [false, true].map((weighted): KernelCase => {
      const [, columns] = shape;
      return {
        title: `binaryCrossEntropy${backward ? "Backward" : ""} (${shape.join(", ")})${weighted ? ", weighted" : ""}`,
        operands: {
          ...(backward
            ? { logits: { shape, fill: (i: number) => 20 * wave(i) }, dlogits: { shape } }
            : {
                whenOne: { shape, fill: (i: number) => Math.abs(wave(i)) },
                whenZero: { shape, fill: (i: number) => Math.abs(wave(i + 3)) },
                loss: { shape: [1] },
              }),
          target: { shape: targetShape(shape), fill: (i) => [0, 1, 0.25][i % 3] },
          weight: { shape: [columns], fill: (i) => 0.5 + i },
        },
        op: (t) => {
          const rest = { target: t.target, positiveWeight: weighted ? t.weight : null };
          return backward
            ? { op: "binaryCrossEntropyBackward", logits: t.logits, dlogits: t.dlogits, ...rest }
            : { op: "binaryCrossEntropy", whenOne: t.whenOne, whenZero: t.whenZero, loss: t.loss, ...rest };
        },
        result: backward ? "dlogits" : "loss",
      };
    }),
  );

/** Losses that are expressions of the tensor language. */
export const LOSS_CASES = {
  l1: ofPredictions("l1", { backward: false }),
  l1Backward: ofPredictions("l1", { backward: true }),
  huber: ofPredictions("huber", { backward: false }),
  huberBackward: ofPredictions("huber", { backward: true }),
  binaryCrossEntropy: binary(false),
  binaryCrossEntropyBackward: binary(true),
  weightedCrossEntropyBackward: (
    [
      [1, 2],
      [131, 10],
      [20_011, 3],
    ] as const
  ).map(([rows, classes]): KernelCase => ({
    title: `weightedCrossEntropyBackward (${rows}, ${classes})`,
    operands: {
      exponentials: { shape: [rows, classes], fill: (i) => Math.abs(wave(i)) },
      totals: { shape: [rows], fill: (i) => 4 + wave(i) },
      wanted: { shape: [rows, classes], fill: (i) => Number(i % classes === 1) },
      mass: { shape: [rows], fill: (i) => 1 + (i % 3) },
      weight: { shape: [1], fill: () => 17 },
      dlogits: { shape: [rows, classes] },
    },
    op: (t) => ({
      op: "weightedCrossEntropyBackward",
      exponentials: t.exponentials,
      totals: t.totals,
      wanted: t.wanted,
      mass: t.mass,
      weight: t.weight,
      dlogits: t.dlogits,
    }),
    result: "dlogits",
  })),
};
