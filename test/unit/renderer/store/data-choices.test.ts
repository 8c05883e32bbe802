import { expect, it } from "vitest";
import { dataChoices } from "../../../../src/renderer/store/datasets-store.ts";
import { MNIST_DATASET } from "../../../../src/shared/experiments/dataset.ts";
import { toyDataset } from "../../../../src/shared/experiments/toys.ts";

it("dataChoices() names what is chosen: a set, a toy, and one that was removed, instead of another", () => {
  const mnist = { value: "mnist", label: "MNIST" };
  const toy = toyDataset({ toy: "moons", rows: 300, noise: 0.1, seed: 1 });
  expect(dataChoices([MNIST_DATASET], "mnist")).toEqual([mnist]);
  expect(dataChoices([MNIST_DATASET], toy.id)).toEqual([mnist, { value: toy.id, label: toy.title }]);
  expect(dataChoices([MNIST_DATASET], "mine-c76cb8ec")).toEqual([
    mnist,
    { value: "mine-c76cb8ec", label: "mine-c76cb8ec" },
  ]);
  // Of one title, told apart by the end of their ids.
  const [iris, other] = ["iris-c76cb8ec", "iris-0a1b2c3d"].map((id) => ({
    ...MNIST_DATASET,
    id,
    title: "Iris",
  }));
  expect(dataChoices([MNIST_DATASET, iris, other], iris.id)).toEqual([
    mnist,
    { value: "iris-c76cb8ec", label: "Iris · c76cb8ec" },
    { value: "iris-0a1b2c3d", label: "Iris · 0a1b2c3d" },
  ]);
});
