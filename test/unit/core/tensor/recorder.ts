import type { Recorder, TensorNode, TensorNotice } from "../../../../src/core/tensor/tensor-node.ts";

/** A recorder whose lines count up, one a recorded operation. */
export function testRecorder(): Recorder & { readonly notices: TensorNotice[] } {
  let [id, line] = [0, 0];
  const notices: TensorNotice[] = [];
  return {
    notices,
    line: () => ({ cell: "1", line: ++line, column: 1 }),
    notice: (notice) => notices.push(notice),
    nextId: () => id++,
  };
}

export const named = (node: TensorNode, name: string): TensorNode => {
  node.name = name;
  return node;
};
