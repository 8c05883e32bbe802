import { buildNetwork } from "../../../../core/network/build-network.ts";
import { recordMetrics } from "../../../../core/network/metrics.ts";
import type { LossName, Network } from "../../../../core/network/network.ts";
import type { Ops } from "../../../../core/ops/op.ts";
import type { Tensor } from "../../../../core/ops/recording-ops.ts";
import type { Scope } from "../../../engine/arena.ts";
import type { Section } from "../../../engine/plan.ts";
import type { TrainingRows } from "../../compute/data-rows.ts";
import { record } from "../../compute/programs.ts";

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

/** Records loss and metrics over all rows, as `${part} loss` and so on. Memory is taken for a piece of the rows. */
export function recordEvaluation(
  scope: Scope,
  part: string,
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
      ops.run({ op: "record", source: loss, name: `${part} loss` });
      for (const [name, source] of Object.entries(recordMetrics(ops, lossName, { out, y }))) {
        ops.run({ op: "record", source, name: `${part} ${name}` });
      }
    }
  });
  return [
    // Each piece's own loss is nobody's: `results` leaves it out.
    { program: forward, repeats: 1, results },
    { program: judging, repeats: 1 },
  ];
}
