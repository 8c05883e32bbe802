import type { TensorNode } from "../tensor-node.ts";

/** The buffers that live nodes lie in, or will be computed from; all others can be freed. */
export function neededBuffers(live: Iterable<TensorNode>): Set<number> {
  const needed = new Set<number>();
  const seen = new Set<TensorNode>();
  const open = [...live];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.storage === null) open.push(...node.inputs);
    else needed.add(node.storage.buffer);
  }
  return needed;
}

/** Lets go of how a computed node came about, so that what it was computed from can be freed. */
export function forgetHistory(node: TensorNode): void {
  if (node.storage === null) return;
  node.op = { kind: "stored" };
  node.inputs = [];
}
