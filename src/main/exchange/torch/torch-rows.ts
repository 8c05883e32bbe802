import { ownLossFunctions } from "../../../core/expression/own-loss.ts";
import { requireOwnLoss, type LossName, type Network } from "../../../core/network/network.ts";
import type { Schedule } from "../../../core/optimisers/schedule.ts";
import type { TrainSpec } from "../../../shared/specs/train-spec.ts";
import { torchFormula } from "./torch-formula.ts";
import { pythonBoolean, pythonNumber } from "./python-text.ts";

/** A loss in Python, of `output` (N, outputs) and `target`. */
interface LossRow {
  readonly call: (network: Network, outputs: number) => string;
}

const weights = ({ classWeights }: Network, name: string): string =>
  classWeights === undefined
    ? ""
    : `, ${name}=torch.tensor([${classWeights.map(pythonNumber).join(", ")}], dtype=torch.float32)`;
const oneHot = "F.one_hot(target.long(), output.shape[1]).float()";
const numbers = "target.reshape(output.shape)";

/** One row a loss: a missing one does not compile. */
export const LOSS_ROWS: Readonly<Record<LossName, LossRow>> = {
  mse: { call: () => `F.mse_loss(output, ${numbers})` },
  l1: { call: () => `F.l1_loss(output, ${numbers})` },
  huber: { call: ({ delta = 1 }) => `F.huber_loss(output, ${numbers}, delta=${pythonNumber(delta)})` },
  own: {
    call: (network) =>
      `(lambda y, t: ${torchFormula(ownLossFunctions(requireOwnLoss(network)).forward, "y")})(output, ${numbers}).mean()`,
  },
  mseOneHot: { call: () => `F.mse_loss(output, ${oneHot})` },
  crossEntropy: {
    call: (network) => {
      const { smoothing = 0 } = network;
      const smooth = smoothing === 0 ? "" : `, label_smoothing=${pythonNumber(smoothing)}`;
      return `F.cross_entropy(output, target.long()${weights(network, "weight")}${smooth})`;
    },
  },
  binaryCrossEntropy: {
    call: (network, outputs) =>
      `F.binary_cross_entropy_with_logits(output, ${outputs === 1 ? numbers : oneHot}${weights(network, "pos_weight")})`,
  },
};

/** Which rows are right, of `output` and the classes `y`. */
export const hitsOf = (outputs: number): string =>
  outputs === 1 ? "(output.squeeze(1) > 0).float() == y" : "output.argmax(1) == y";

type OptimizerSpec = TrainSpec["optimizer"];
type OptimizerRows = {
  readonly [N in OptimizerSpec["name"]]: (
    spec: Extract<OptimizerSpec, { readonly name: N }>,
  ) => readonly [torchName: string, options: Readonly<Record<string, string>>];
};

const adam = ({ beta1, beta2, eps, weightDecay }: Extract<OptimizerSpec, { name: "adam" | "adamw" }>) => ({
  betas: `(${pythonNumber(beta1)}, ${pythonNumber(beta2)})`,
  eps: pythonNumber(eps),
  weight_decay: pythonNumber(weightDecay),
});

/** One row an optimiser: a missing one does not compile. */
export const OPTIMISER_ROWS: OptimizerRows = {
  sgd: ({ momentum, nesterov, weightDecay }) => [
    "SGD",
    {
      ...(momentum === 0 ? {} : { momentum: pythonNumber(momentum) }),
      ...(nesterov ? { nesterov: pythonBoolean(nesterov) } : {}),
      ...(weightDecay === 0 ? {} : { weight_decay: pythonNumber(weightDecay) }),
    },
  ],
  adam: (spec) => ["Adam", adam(spec)],
  adamw: (spec) => ["AdamW", adam(spec)],
  rmsprop: ({ alpha, eps, weightDecay }) => [
    "RMSprop",
    { alpha: pythonNumber(alpha), eps: pythonNumber(eps), weight_decay: pythonNumber(weightDecay) },
  ],
  adagrad: ({ lrDecay, initialAccumulatorValue, eps, weightDecay }) => [
    "Adagrad",
    {
      lr_decay: pythonNumber(lrDecay),
      initial_accumulator_value: pythonNumber(initialAccumulatorValue),
      eps: pythonNumber(eps),
      weight_decay: pythonNumber(weightDecay),
    },
  ],
};

/** "torch.optim.SGD(model.parameters(), lr=LR, momentum=0.9)". */
export function optimiserCall(spec: OptimizerSpec): string {
  // TypeScript does not follow the table's key from the spec's name to its row.
  const row = OPTIMISER_ROWS[spec.name] as (
    spec: OptimizerSpec,
  ) => readonly [string, Readonly<Record<string, string>>];
  const [name, options] = row(spec);
  const given = Object.entries(options).map(([key, value]) => `, ${key}=${value}`);
  return `torch.optim.${name}(model.parameters(), lr=LR${given.join("")})`;
}

interface ScheduleRow<S> {
  /** torch's own scheduler; null where the rate stays. */
  readonly scheduler: (schedule: S) => string | null;
  /** Body of `def factor(step)`, the rate as a multiple of LR, for what torch's own cannot say. */
  readonly factor: (schedule: S) => string;
}

/** One row a schedule: a missing one does not compile. */
export const SCHEDULE_ROWS: {
  readonly [N in Schedule["name"]]: ScheduleRow<Extract<Schedule, { readonly name: N }>>;
} = {
  constant: { scheduler: () => null, factor: () => "return 1.0" },
  step: {
    scheduler: ({ every, gamma }) => `StepLR(optimizer, step_size=${every}, gamma=${pythonNumber(gamma)})`,
    factor: ({ every, gamma }) => `return ${pythonNumber(gamma)} ** (step // ${every})`,
  },
  cosine: {
    scheduler: () => "CosineAnnealingLR(optimizer, T_max=STEPS)",
    factor: () => "return (1 + math.cos(math.pi * step / STEPS)) / 2",
  },
  oneCycle: {
    scheduler: () => "OneCycleLR(optimizer, max_lr=LR, total_steps=STEPS, cycle_momentum=False)",
    factor: () =>
      [
        "rising = 0.3 * STEPS - 1",
        "half = lambda a, b, part: b + (a - b) * (1 + math.cos(math.pi * part)) / 2",
        "if step <= rising:",
        "    return half(1 / 25, 1, 1 if rising <= 0 else step / rising)",
        "return half(1, 1 / 250_000, (step - rising) / max(1, STEPS - 1 - rising))",
      ].join("\n"),
  },
};

/** The row of any schedule. */
export const scheduleRow = <S extends Schedule>({ name }: S): ScheduleRow<S> =>
  SCHEDULE_ROWS[name] as unknown as ScheduleRow<S>;
