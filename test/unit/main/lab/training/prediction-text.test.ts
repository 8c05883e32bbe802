import { describe, expect, it } from "vitest";
import {
  predictionHeader,
  predictionLines,
  scoreRows,
} from "../../../../../src/main/lab/training/learned/prediction-text.ts";
import { MNIST_DATASET } from "../../../../../src/shared/experiments/dataset.ts";

const classes = { kind: "classes", names: ["no", "yes, really"] } as const;
const dataset = { ...MNIST_DATASET, target: { kind: "classes" as const, names: [...classes.names] } };
const rows = (count: number) => ({ rows: count, values: new Float32Array() });

describe("predicted rows", () => {
  it("have the class and a probability each, of one logit or of one a class", () => {
    expect(predictionHeader(dataset, "crossEntropy", rows(1))).toBe(
      'row,class,probability of no,"probability of yes, really"\n',
    );
    const one = predictionLines(dataset.target, "binaryCrossEntropy", {
      ...rows(2),
      outputs: Float32Array.of(-2, Math.log(3)),
      before: 4,
    });
    expect(one).toBe('5,no,0.8807971,0.1192029\n6,"yes, really",0.2500000,0.7500000\n');
    const two = predictionLines(dataset.target, "crossEntropy", {
      ...rows(1),
      outputs: Float32Array.of(0, Math.log(3)),
      before: 0,
    });
    expect(two).toBe('1,"yes, really",0.2500000,0.7500000\n');
  });

  it("have no probabilities where the loss gives none: a class that is a number is the nearest one", () => {
    expect(predictionHeader(MNIST_DATASET, "mse", rows(1))).toBe("row,class\n");
    const outputs = Float32Array.of(2.9, -4, 30);
    expect(predictionLines(MNIST_DATASET.target, "mse", { ...rows(3), outputs, before: 0 })).toBe(
      "1,3\n2,0\n3,9\n",
    );
    const score = scoreRows(MNIST_DATASET.target, "mse", {
      outputs,
      targets: Float32Array.of(3, 0, 1),
      rows: 3,
    });
    expect(score.accuracy).toBeCloseTo(2 / 3, 12);
  });

  it("are named by their files where they are images, and numbers stand in the data's own units", () => {
    const target = { kind: "numbers", names: ["price"], offsets: [100], scales: [0.5] } as const;
    const numbers = {
      ...MNIST_DATASET,
      target: { kind: "numbers" as const, names: ["price"], offsets: [100], scales: [0.5] },
    };
    const named = { ...rows(1), names: ["a,b.png"] };
    expect(predictionHeader(numbers, "mse", named)).toBe("file,predicted price\n");
    const text = predictionLines(numbers.target, "mse", {
      ...named,
      outputs: Float32Array.of(1.5),
      before: 0,
    });
    expect(text).toBe('"a,b.png",103\n');
    const score = scoreRows(numbers.target, "mse", {
      outputs: Float32Array.of(0, 2),
      targets: Float32Array.of(0, 1),
      rows: 2,
    });
    // Sum of squares 1 of 0.5 about the mean; the mean error of 0.5 is 1 in the data's units.
    expect(score).toEqual({ accuracy: null, r2: -1, mae: 0.5 / target.scales[0] });
  });
});
