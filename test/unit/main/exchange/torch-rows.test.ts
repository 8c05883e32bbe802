import { expect, it } from "vitest";
import { LOSS_NAMES } from "../../../../src/core/network/network.ts";
import { SIMPLE_ACTIVATION_NAMES } from "../../../../src/core/ops/activation.ts";
import { ACTIVATION_ROWS, LAYER_ROWS } from "../../../../src/main/exchange/layers/layer-rows.ts";
import { modelPy } from "../../../../src/main/exchange/torch/model-py.ts";
import {
  LOSS_ROWS,
  OPTIMISER_ROWS,
  optimiserCall,
  SCHEDULE_ROWS,
} from "../../../../src/main/exchange/torch/torch-rows.ts";
import { trainLayerSpecSchema, type TrainLayerSpec } from "../../../../src/shared/specs/layer-spec.ts";
import { networkOf } from "../../../../src/shared/specs/network-spec.ts";
import { optimizerSchema, scheduleSchema } from "../../../../src/shared/specs/train-spec.ts";
import * as v from "valibot";
import { ALL_NETWORK, LAYER_TYPES } from "./lab-networks.ts";

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

it("every loss, optimiser, schedule and activation of the lab has its row in torch", () => {
  expect(sorted(Object.keys(LOSS_ROWS))).toEqual(sorted(LOSS_NAMES));
  expect(sorted(Object.keys(OPTIMISER_ROWS))).toEqual(
    sorted(optimizerSchema.options.map(({ entries }) => entries.name.literal)),
  );
  expect(sorted(Object.keys(SCHEDULE_ROWS))).toEqual(
    sorted(scheduleSchema.options.map(({ entries }) => entries.name.literal)),
  );
  expect(sorted(Object.keys(ACTIVATION_ROWS))).toEqual(
    sorted(["leakyRelu", "own", ...SIMPLE_ACTIVATION_NAMES]),
  );
});

/** The least that a spec says of a layer of each type. */
const GIVEN: Readonly<Record<string, object>> = {
  linear: { in: 4, out: 4 },
  own: { name: "mine", forward: "z" },
  ownLayer: { name: "mine", layers: [{ type: "relu" }] },
  residual: { layers: [{ type: "relu" }] },
  product: { left: [], right: [{ type: "relu" }] },
};

it("every layer that a spec may have is a module of torch", () => {
  expect(LAYER_TYPES.length).toBeGreaterThan(8);
  for (const type of LAYER_TYPES) {
    const layer = v.parse(trainLayerSpecSchema, { type, ...GIVEN[type] });
    const layers: TrainLayerSpec[] = [
      v.parse(trainLayerSpecSchema, { type: "linear", in: 4, out: 4 }),
      layer,
    ];
    const network = networkOf({ layers, loss: "mse" });
    const [, last] = network.layers;
    expect(Object.hasOwn(LAYER_ROWS, last.type)).toBe(true);
    expect(modelPy(network), type).toMatch(/nn\.Linear\(4, 4\),\n\s+(nn\.\w+|Residual|Product|Own)\(/);
  }
});

it("modelPy() writes an activation of one's own as a function of torch", () => {
  const own = { type: "own", name: "mine", forward: "where(z > 0, z, 0.1 * exp(z)) + max(z, 1)" } as const;
  const linear = { type: "linear", in: 4, out: 4, init: "kaimingNormal" } as const;
  const text = modelPy(networkOf({ layers: [linear, own], loss: "mse" }));
  expect(text).toContain("import torch\nfrom torch import nn");
  expect(text).toContain("class Own(nn.Module):");
  expect(text).toContain(
    "Own(lambda z: (torch.where(((z > 0).float()) != 0, z, (torch.full_like(z, 0.1) * torch.exp(z))) + torch.maximum(z, torch.full_like(z, 1))))",
  );
});

it("modelPy() reads as a person would write it", () => {
  expect(modelPy(ALL_NETWORK))
    .toBe(`"""784-… 7 layers …-10, batch norm, relu, layer norm, leakyRelu, gelu, sigmoid, tanh, softplus, residual, product, cross entropy. Exported by Backprop Lab."""

from torch import nn


class ShiftedReLU(nn.Module):
    """max(x, 0) - shift."""

    def __init__(self, shift):
        super().__init__()
        self.shift = shift

    def forward(self, x):
        return x.relu() - self.shift


class Residual(nn.Module):
    """x + f(x)."""

    def __init__(self, *layers):
        super().__init__()
        self.f = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.f(x)


class Product(nn.Module):
    """left(x) * right(x), element by element; a branch without layers is x itself."""

    def __init__(self, left, right):
        super().__init__()
        self.left = left
        self.right = right

    def forward(self, x):
        return self.left(x) * self.right(x)


class Net(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Linear(784, 12),
            nn.BatchNorm1d(12, eps=0.001, momentum=0.2),
            ShiftedReLU(0.5),
            Residual(
                nn.Linear(12, 12),
                nn.LayerNorm(12, eps=0.00001),
                nn.LeakyReLU(0.2),
                nn.BatchNorm1d(12, eps=0.00001, momentum=0.1),
            ),
            Residual(
                nn.LayerNorm(12, eps=0.00001),
                Product(
                    nn.Sequential(
                        nn.Linear(12, 8),
                        nn.GELU(),
                    ),
                    nn.Sequential(
                        nn.Linear(12, 8),
                    ),
                ),
                nn.Linear(8, 12),
            ),
            Product(
                nn.Sequential(),
                nn.Sequential(
                    nn.Linear(12, 12),
                    nn.Sigmoid(),
                ),
            ),
            nn.Tanh(),
            nn.Sigmoid(),
            nn.GELU(),
            nn.Softplus(),
            nn.ReLU(),
            nn.LayerNorm(12, eps=0.0001),
            nn.Linear(12, 10),
        )
`);
});

it("optimiserCall() names only what differs from torch's defaults for SGD", () => {
  const sgd = { name: "sgd", lr: 0.1, momentum: 0, nesterov: false, weightDecay: 0 } as const;
  expect(optimiserCall(sgd)).toBe("torch.optim.SGD(model.parameters(), lr=LR)");
  expect(optimiserCall({ ...sgd, momentum: 0.9, nesterov: true })).toBe(
    "torch.optim.SGD(model.parameters(), lr=LR, momentum=0.9, nesterov=True)",
  );
});
