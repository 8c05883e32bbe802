import type { Operand, Recorder, TensorDType, TensorNode, TensorOp } from "./tensor-node.ts";

/** What a method says of the node that it records. */
export interface NewNode {
  readonly op: TensorOp;
  readonly inputs: readonly TensorNode[];
  readonly shape: readonly number[];
  readonly dtype: TensorDType;
  readonly label: string;
}

/** Takes a node down at the line that is being recorded. */
export function record(recorder: Recorder, { op, inputs, shape, dtype, label }: NewNode): TensorNode {
  const line = recorder.line();
  return { id: recorder.nextId(), op, inputs, shape, dtype, label, line, name: null, storage: null };
}

/** A number as a tensor of shape []. */
export function asNode(recorder: Recorder, operand: Operand): TensorNode {
  if (typeof operand !== "number") return operand;
  const dtype = Number.isInteger(operand) ? "int32" : "float32";
  return {
    id: recorder.nextId(),
    op: { kind: "full", value: operand },
    inputs: [],
    shape: [],
    dtype,
    label: "number",
    line: null,
    name: null,
    storage: null,
  };
}

/** Whether a node is a number that stood where a tensor may. */
export const isNumber = (node: TensorNode): boolean => node.op.kind === "full" && node.shape.length === 0;
