import { toyPoints, type ToyPoints } from "../../../core/toys/toy-points.ts";
import type { Dataset } from "../../../shared/experiments/dataset.ts";
import { toyDataset, type ToyChoice } from "../../../shared/experiments/toys.ts";
import type { DataSource } from "./data-source.ts";

/** A toy, drawn by its name. */
export class ToySource implements DataSource {
  readonly dataset: Dataset;
  readonly scaling = { offsets: [0], scales: [1] };
  readonly #points: ToyPoints;

  constructor(choice: ToyChoice) {
    this.dataset = toyDataset(choice);
    this.#points = toyPoints(choice.toy, choice);
  }

  features(first: number, count: number): Promise<Float32Array> {
    return Promise.resolve(this.#points.x.subarray(2 * first, 2 * (first + count)));
  }

  targets(first: number, count: number): Promise<Float32Array> {
    return Promise.resolve(this.#points.y.subarray(first, first + count));
  }
}
