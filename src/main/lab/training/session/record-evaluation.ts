import { buildNetwork } from "../../../../core/network/build-network.ts";
import { METRIC_NAMES, recordMetrics, type MetricName } from "../../../../core/network/metrics.ts";
import type { LossName, Network } from "../../../../core/network/network.ts";
import type { Ops } from "../../../../core/ops/op.ts";
import type { Tensor } from "../../../../core/ops/recording-ops.ts";
import type { Scope } from "../../../engine/arena.ts";
import type { MetricRecord } from "../../../engine/control-block.ts";
import type { Section } from "../../../engine/plan.ts";
import type { TrainingRows } from "../../compute/data-rows.ts";
import { record } from "../../compute/programs.ts";

/** Loss over some rows, null without rows, and what else they are judged by. */
export interface Evaluation {
  readonly loss: number | null;
  readonly metrics: Readonly<Partial<Record<MetricName, number>>>;
}

export const PARTS = ["train", "valid"] as const;
export type Part = (typeof PARTS)[number];
export type Evaluations = Readonly<Record<Part, Evaluation>>;

const evaluationRecord = (part: Part, name: MetricName | "loss"): string => `${part} ${name}`;
/** Names of what evaluations record, apart from what steps do. */
const EVALUATION_RECORDS: ReadonlySet<string> = new Set(
  PARTS.flatMap((part) => (["loss", ...METRIC_NAMES] as const).map((name) => evaluationRecord(part, name))),
);

/** What the records of both parts say. */
export function readEvaluations(records: readonly MetricRecord[]): Evaluations {
  const evaluation = (part: Part): Evaluation => {
    const of = (name: MetricName | "loss"): number | undefined =>
      records.find((one) => one.name === evaluationRecord(part, name))?.value;
    const metrics: Partial<Record<MetricName, number>> = {};
    for (const name of METRIC_NAMES) {
      const value = of(name);
      if (value !== undefined) metrics[name] = value;
    }
    return { loss: of("loss") ?? null, metrics };
  };
  return { train: evaluation("train"), valid: evaluation("valid") };
}

/** What steps record, and what evaluations do. */
export function apart(
  records: readonly MetricRecord[],
): [steps: MetricRecord[], evaluations: MetricRecord[]] {
  const [steps, evaluations]: [MetricRecord[], MetricRecord[]] = [[], []];
  for (const one of records) (EVALUATION_RECORDS.has(one.name) ? evaluations : steps).push(one);
  return [steps, evaluations];
}

/** Rows whose activations are in memory at a time. */
export const EVALUATION_ROWS = 4096;

const rowsOf = (tensor: Tensor, first: number, rows: number): Tensor => {
  const itemBytes = tensor.dtype === "uint8" ? 1 : 4;
  const rowLength = tensor.shape.slice(1).reduce((product, size) => product * size, 1);
  return {
    ...tensor,
    shape: [rows, ...tensor.shape.slice(1)],
    offsetBytes: tensor.offsetBytes + itemBytes * rowLength * first,
  };
};

/** Records the forward pass, piece by piece in the same memory. @returns the network's outputs of all rows. */
function recordOutputs(
  ops: Ops<Tensor>,
  network: Network,
  { rows, parameters }: Pick<EvaluatedNetwork, "rows" | "parameters">,
): Tensor {
  const [total = 1, features = 1] = rows.x.shape;
  const shared: Tensor[] = [];
  let all: Tensor | null = null;
  for (let first = 0; first < total; first += EVALUATION_ROWS) {
    const count = Math.min(EVALUATION_ROWS, total - first);
    let made = 0;
    // The first piece is the largest: the others' tensors are parts of its own.
    const sharing: Ops<Tensor> = {
      tensor: (name, shape, dtype) => {
        const tensor = shared[made] ?? ops.tensor(name, shape, dtype);
        shared[made++] = tensor;
        return { ...tensor, shape };
      },
      run: (op) => {
        ops.run(op);
      },
    };
    let x = rowsOf(rows.x, first, count);
    if (rows.byteValues !== null) {
      const bytes = x;
      x = sharing.tensor("x", [count, features]);
      sharing.run({ op: "gatherBytes", bytes, ...rows.byteValues, indices: null, out: x });
    }
    const y = rowsOf(rows.y, first, count);
    const out = buildNetwork(sharing, network, { x, y, parameters }).outputs.at(-1)?.out ?? x;
    all ??= ops.tensor("outputs", [total, ...out.shape.slice(1)]);
    ops.run({ op: "scale", x: out, out: rowsOf(all, first, count), factor: 1 });
  }
  if (all === null) throw new TypeError("recordOutputs: there are no rows");
  return all;
}

export interface EvaluatedNetwork {
  readonly network: Network;
  readonly loss: LossName;
  readonly rows: TrainingRows;
  readonly parameters: Readonly<Record<string, Tensor>>;
}

/** Records loss and metrics over all rows, for `readEvaluations`. Memory is taken for a piece of the rows. */
export function recordEvaluation(
  scope: Scope,
  part: Part,
  { network, loss: lossName, rows, parameters }: EvaluatedNetwork,
): readonly Section[] {
  let results: readonly Tensor[] = [];
  const forward = record(scope, (ops) => {
    results = [recordOutputs(ops, network, { rows, parameters })];
  });
  const judging = record(scope, (ops) => {
    for (const out of results) {
      const { y } = rows;
      const { loss } = buildNetwork(ops, { ...network, layers: [] }, { x: out, y, parameters });
      ops.run({ op: "record", source: loss, name: evaluationRecord(part, "loss") });
      const metrics = recordMetrics(ops, lossName, { out, y });
      for (const name of METRIC_NAMES) {
        const source = metrics[name];
        if (source !== undefined) ops.run({ op: "record", source, name: evaluationRecord(part, name) });
      }
    }
  });
  return [
    // Each piece's own loss is nobody's: `results` leaves it out.
    { program: forward, repeats: 1, results },
    { program: judging, repeats: 1 },
  ];
}
