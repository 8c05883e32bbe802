import { describe, expect, it } from "vitest";
import {
  arrayExpression,
  chooseChunk,
  indicesOf,
  taskOf,
} from "../../../../../src/main/lab/cluster/array-tasks.ts";

describe("chunks of a sweep", () => {
  it.each([
    // Trainings, milliseconds each, MaxArraySize, chunk.
    [12, 3_600_000, 1_001, 1],
    [12, 1_000, 1_001, 12],
    [1_000, 60_000, 1_001, 10],
    [10_000, 3_600_000, 1_001, 10],
    [10_001, 3_600_000, 1_001, 11],
    [1_000, 3_600_000, 101, 10],
    [5, 0, 1_001, 5],
    [10_000, 0, 1_001, 1_200],
  ])("%i trainings of %i ms on a cluster of %i: %i a task", (trainings, ms, most, chunk) => {
    expect(chooseChunk(trainings, ms, most)).toBe(chunk);
    expect(Math.ceil(trainings / chunk)).toBeLessThan(most);
  });

  it("every training is in one task, and its task finds it", () => {
    const seen: number[] = [];
    for (let task = 0; task < 4; task++) {
      for (const index of indicesOf(task, 3, 11)) {
        expect(taskOf(index, 3)).toBe(task);
        seen.push(index);
      }
    }
    expect(seen).toEqual(Array.from({ length: 11 }, (_, i) => i));
    expect(() => indicesOf(4, 3, 11)).toThrow(/tasks 0 to 3/);
  });

  it("tasks as sbatch takes them", () => {
    expect(arrayExpression([0, 1, 2, 3, 7, 9, 10], undefined)).toBe("0-3,7,9-10");
    expect(arrayExpression([5], 50)).toBe("5%50");
  });
});
