import { flatLayers, judgesClasses, linearLayers } from "../../../core/network/network.ts";
import { COMMAND_NAME } from "../../place/command-name.ts";
import { indented, pythonBoolean, pythonNumber, pythonText } from "./python-text.ts";
import { hitsOf, LOSS_ROWS, optimiserCall, scheduleRow } from "./torch-rows.ts";
import type { TorchTraining } from "./torch-training.ts";

/** Names of the files beside `train.py`. */
export const TORCH_FILES = {
  initial: "initial.safetensors",
  trained: "weights.safetensors",
  data: "data.safetensors",
  normalisation: "normalisation.safetensors",
  losses: "lab_losses.csv",
  log: "run.jsonl",
  result: "trained.safetensors",
} as const;

/** Longer lists of offsets and scales are a file of their own. */
const MOST_WRITTEN_OUT = 32;

/** Lines that make `scheduler`, and the function before them that a rate of the lab's own needs. */
function schedulerCode({ spec: { schedule }, rateChanges }: TorchTraining): {
  readonly factor: string;
  readonly make: string | null;
} {
  const row = scheduleRow(schedule);
  const { warmupSteps } = schedule;
  if (warmupSteps === 0 && rateChanges.length === 0) {
    const own = row.scheduler(schedule);
    return { factor: "", make: own === null ? null : `torch.optim.lr_scheduler.${own}` };
  }
  const base = `def factor(step):\n    """The learning rate of a step, from 0, as a multiple of LR."""\n${indented(row.factor(schedule))}`;
  const warm = `\n\n\ndef warm(step):\n    rise = (step + 1) / ${warmupSteps} if step < ${warmupSteps} else 1\n    return factor(step) * rise`;
  const changes = rateChanges.map(({ step, lr }) => `(${step}, ${pythonNumber(lr)})`).join(", ");
  const before = warmupSteps === 0 ? "factor" : "warm";
  const changed = `\n\n\ndef changed(step):\n    scale = 1\n    for first, lr in (${changes},):\n        if first <= step:\n            scale = lr / (LR * ${before}(first))\n    return ${before}(step) * scale`;
  const name = rateChanges.length > 0 ? "changed" : before;
  return {
    factor: `${base}${warmupSteps === 0 ? "" : warm}${rateChanges.length === 0 ? "" : changed}\n\n\n`,
    make: `torch.optim.lr_scheduler.LambdaLR(optimizer, ${name})`,
  };
}

/** Lines at an epoch's end that may leave the loop. */
function stopLines({ spec: { earlyStop, stopAtLoss, validRows } }: TorchTraining): readonly string[] {
  const watched = validRows > 0 ? "valid_loss" : "train_loss";
  return [
    ...(earlyStop === undefined
      ? []
      : [
          `since = 0 if valid_loss < best - ${pythonNumber(earlyStop.minDelta)} else since + 1`,
          "best = min(best, valid_loss)",
          `if since >= ${earlyStop.patience}:`,
          "    break",
        ]),
    ...(stopAtLoss === undefined ? [] : [`if ${watched} <= ${pythonNumber(stopAtLoss)}:`, "    break"]),
  ];
}

/** `train.py`: the same rows in the same order, optimiser, schedule and clipping; prints the same losses. */
export function trainPy(training: TorchTraining): string {
  const { spec, network, totalSteps, normalisation, orderState } = training;
  const { optimizer, clipNorm, batchSize, data, validRows, augmentShift, seed } = spec;
  const classes = judgesClasses(spec.loss);
  const outputs = linearLayers(network).at(-1)?.out ?? 1;
  const drops = flatLayers(network.layers).some((layer) => layer.type === "dropout" && layer.rate > 0);
  const { factor, make } = schedulerCode(training);
  const stops = stopLines(training);
  const uses = [
    "BatchOrder",
    "load_safetensors",
    "save_safetensors",
    ...(augmentShift > 0 ? ["shift_images"] : []),
    ...(drops ? ["use_lab_masks"] : []),
  ];
  const only = (wanted: boolean, ...lines: readonly string[]): readonly string[] => (wanted ? lines : []);
  const limit = spec.dropLast ? `ROWS - ROWS % BATCH_SIZE` : "ROWS";
  const { divisor, offsets, scales } = normalisation;
  const own = offsets.length > MOST_WRITTEN_OUT;
  const listed = (values: readonly number[]): string => `[${values.map(pythonNumber).join(", ")}]`;
  const loop = [
    ...only(
      augmentShift > 0,
      `x = shift_images(x, ${augmentShift}, ${pythonNumber(training.background)}, SEED, step)`,
    ),
    ...only(drops, "at_step(step)"),
    "loss = loss_of(model(x), y)",
    "optimizer.zero_grad()",
    "loss.backward()",
    ...only(
      clipNorm !== null,
      `nn.utils.clip_grad_norm_(model.parameters(), ${pythonNumber(clipNorm ?? 0)})`,
    ),
    "optimizer.step()",
    ...only(make !== null, "scheduler.step()"),
    "step += 1",
    "losses.append(loss.item())",
    'print(f"step {step} loss {loss.item():.9g}", flush=True)',
    "run.log(step, epoch=epoch + 1, loss=loss.item())",
  ];
  const accuracy = classes ? `, (${hitsOf(outputs)}).float().mean().item()` : "";
  const evaluated = (name: string, x: string, y: string): string =>
    classes
      ? `${name}_loss, ${name}_accuracy = evaluate(model, ${x}, ${y})`
      : `${name}_loss = evaluate(model, ${x}, ${y})`;
  const logged = (name: string): string =>
    `${name}Loss=${name}_loss${classes ? `, ${name}Accuracy=${name}_accuracy` : ""}`;
  const atEpochEnd = [
    evaluated("train", "train_x", "train_y"),
    ...only(validRows > 0, evaluated("valid", "valid_x", "valid_y")),
    `run.log(step, epoch=epoch + 1, ${logged("train")}${validRows > 0 ? `, ${logged("valid")}` : ""})`,
    `print(f"epoch {epoch + 1} train loss {train_loss:.6g}${
      validRows > 0 ? ` valid loss {valid_loss:.6g}${classes ? " accuracy {valid_accuracy:.4f}" : ""}` : ""
    }", flush=True)`,
    ...stops,
  ];
  const [low, high] = orderState;
  return `"""${pythonText(training.title).slice(1, -1)}: the training of Backprop Lab, in PyTorch.

    python3 train.py               prints a loss a step, writes ${TORCH_FILES.result}
    python3 train.py --steps 40    the first 40 steps only

${TORCH_FILES.log} grows while it trains: "${COMMAND_NAME} import ${TORCH_FILES.log} --follow" draws it beside the lab's own run.
"""

import argparse
import csv
import math
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from backprop_lab import Run
from lab_support import ${uses.join(", ")}
from model import Net

HERE = Path(__file__).resolve().parent
SEED = ${seed}
# Where the lab's generator stands for this seed when it shuffles the first epoch; for another seed use torch.randperm.
ORDER = (0x${low.toString(16).padStart(16, "0")}, 0x${high.toString(16).padStart(16, "0")})
ROWS = ${data.rows}
VALID_ROWS = ${validRows}
BATCH_SIZE = ${batchSize}
STEPS = ${totalSteps}
LR = ${pythonNumber(optimizer.lr)}
# The normalisation: of all training rows, as the lab fits it.
DIVISOR = ${pythonNumber(divisor)}
${
  own
    ? `FITTED = load_safetensors(HERE / "${TORCH_FILES.normalisation}")
OFFSET, SCALE = FITTED["offset"], FITTED["scale"]`
    : `OFFSET = torch.tensor(${listed(offsets)}, dtype=torch.float64)
SCALE = torch.tensor(${listed(scales)}, dtype=torch.float64)`
}


def normalised(raw):
    return (((raw.float() / DIVISOR).double() - OFFSET) * SCALE).float()


def loss_of(output, target):
    return ${LOSS_ROWS[spec.loss].call(network, outputs)}


${factor}@torch.no_grad()
def evaluate(model, x, y):
    model.eval()
    output = model(x)
    model.train()
    return loss_of(output, y).item()${accuracy}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=STEPS)
    wanted = min(parser.parse_args().steps, STEPS)

    data = load_safetensors(HERE / "${TORCH_FILES.data}")
    train_x, train_y = normalised(data["train.x"]), data["train.y"]
${validRows > 0 ? '    valid_x, valid_y = normalised(data["valid.x"]), data["valid.y"]\n' : ""}
    torch.manual_seed(SEED)
    model = Net()
    initial = HERE / "${TORCH_FILES.initial}"
    if initial.exists():
        model.load_state_dict(load_safetensors(initial), strict=True)
${drops ? "    at_step = use_lab_masks(model, SEED)\n" : ""}    optimizer = ${optimiserCall(optimizer)}
${make === null ? "" : `    scheduler = ${make}\n`}    order = BatchOrder(ORDER, ROWS, shuffle=${pythonBoolean(spec.shuffle)})
    run = Run(HERE / "${TORCH_FILES.log}", name=${pythonText(`${training.title} in PyTorch`)}, config={"seed": SEED, "lr": LR, "batchSize": BATCH_SIZE})

    step, epoch, losses = 0, 0, []
${spec.earlyStop === undefined ? "" : `    best, since = evaluate(model, valid_x, valid_y)${classes ? "[0]" : ""}, 0\n`}    model.train()
    while step < wanted:
        rows = order.epoch(epoch)
        for first in range(0, ${limit}, BATCH_SIZE):
            if step == wanted:
                break
            batch = rows[first : min(first + BATCH_SIZE, ${limit})]
            x, y = train_x[batch], train_y[batch]
${indented(loop.join("\n"), 3)}
        else:
${indented(atEpochEnd.join("\n"), 3)}
        epoch += 1

    run.finish()
    save_safetensors(model.state_dict(), HERE / "${TORCH_FILES.result}")
    expected = HERE / "${TORCH_FILES.losses}"
    if expected.exists():
        with open(expected, newline="") as file:
            lab = {int(row["step"]): float(row["loss"]) for row in csv.DictReader(file)}
        both = [(loss, lab[i]) for i, loss in enumerate(losses, 1) if i in lab]
        worst = max((abs(a - b) / max(abs(b), 1e-12) for a, b in both), default=0.0)
        print(f"{len(both)} losses compared with the lab's: largest relative difference {worst:.3g}")


if __name__ == "__main__":
    main()
`;
}
