import type { Recorder, TensorNode } from "../tensor-node.ts";
import { expandComposite } from "./composite.ts";

/** What must be computed, inputs first. */
export interface EvaluationOrder {
  readonly order: readonly TensorNode[];
  /** What stands for a node that no op computes by itself. */
  readonly expansions: ReadonlyMap<TensorNode, TensorNode>;
  /** Who reads a node, once for each time. */
  readonly readers: ReadonlyMap<TensorNode, readonly TensorNode[]>;
}

/** The nodes that a node is computed from: none where it already lies in a buffer. */
function sourcesOf(
  node: TensorNode,
  expansions: ReadonlyMap<TensorNode, TensorNode>,
  fused: FusedSources,
): readonly TensorNode[] {
  if (node.storage !== null) return [];
  const direct = fused.get(node);
  if (direct !== undefined) return direct;
  const expansion = expansions.get(node);
  return expansion === undefined ? node.inputs : [expansion];
}

/** What nodes are computed from by ops that do several operations at once. */
export type FusedSources = ReadonlyMap<TensorNode, readonly TensorNode[]>;

/** Orders what `roots` depend on. Does not recurse: a loop may record a chain of a hundred thousand nodes. */
export function evaluationOrder(
  roots: readonly TensorNode[],
  fused: FusedSources = new Map(),
): EvaluationOrder {
  const order: TensorNode[] = [];
  const expansions = new Map<TensorNode, TensorNode>();
  const readers = new Map<TensorNode, TensorNode[]>();
  const entered = new Set<TensorNode>();
  const open: { readonly node: TensorNode; next: number }[] = [];
  const enter = (node: TensorNode): void => {
    if (entered.has(node)) return;
    entered.add(node);
    const expansion = node.storage === null ? expandComposite(inNameOf(node), node) : null;
    if (expansion !== null) expansions.set(node, expansion);
    open.push({ node, next: 0 });
  };
  for (const root of roots) {
    enter(root);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const source = sourcesOf(top.node, expansions, fused).at(top.next++);
      if (source === undefined) {
        order.push(top.node);
        open.pop();
        continue;
      }
      const known = readers.get(source);
      if (known === undefined) readers.set(source, [top.node]);
      else known.push(top.node);
      enter(source);
    }
  }
  return { order, expansions, readers };
}

/** Records the parts of a composite at its line. */
const inNameOf = (node: TensorNode): Recorder => ({
  line: () => node.line,
  notice: () => undefined,
  nextId: () => node.id,
});
