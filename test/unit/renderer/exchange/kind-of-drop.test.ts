import { describe, expect, it } from "vitest";
import { kindOfDrop } from "../../../../src/renderer/exchange/kind-of-drop.ts";

describe("kindOfDrop()", () => {
  it.each([
    [["a.lab.ts", "b.ipynb"], "notebooks", "notebooks"],
    [["pets/cat/1.png", "pets/dog/2.jpeg"], "data", "data"],
    [["train-images-idx3-ubyte.gz"], "data", "data"],
    [["table.parquet"], "data", "data"],
    [["table.csv"], "unknown", "data"],
    [["arrays.npz"], "unknown", "data"],
    [["w1.npy", "b1.npy"], "unknown", "data"],
    [["runs/1/metrics/loss", "runs/1/meta.yaml"], "unknown", "data"],
    [["mine.backprop.json.gz"], "unknown", "unknown"],
    [["net.onnx"], "unknown", "unknown"],
    [["net.safetensors"], "unknown", "unknown"],
  ])("takes %j for %s, beside the data for %s", (paths, elsewhere, inData) => {
    expect([kindOfDrop(paths, false), kindOfDrop(paths, true)]).toEqual([elsewhere, inData]);
  });
});
