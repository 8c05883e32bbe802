/** x + f(x): f is `layers`, and as wide at its end as at its beginning. */
export interface ResidualBlock<L> {
  readonly type: "residual";
  readonly layers: readonly L[];
}

/** f(x) ⊙ g(x): f is `left`, g is `right`, both as wide at their ends; a branch without layers is x itself. */
export interface ProductBlock<L> {
  readonly type: "product";
  readonly left: readonly L[];
  readonly right: readonly L[];
}

/** A layer that holds others: branches that begin at the same x, and a join at their ends. */
export type Block<L> = ResidualBlock<L> | ProductBlock<L>;

/** Whether a layer holds others: of the core, of a spec, or of a layer of one's own. */
export const isBlock = <T extends { readonly type: string }>(
  layer: T,
): layer is Extract<T, { readonly type: Block<unknown>["type"] }> =>
  layer.type === "residual" || layer.type === "product";

/** A block's branches, in the order in which their parameters are counted. */
export const branchesOf = <L>(block: Block<L>): readonly (readonly L[])[] =>
  block.type === "residual" ? [block.layers] : [block.left, block.right];

/** The same block of what `change` makes of each branch. */
export const mapBranches = <L, M>(block: Block<L>, change: (branch: readonly L[]) => M[]): Block<M> =>
  block.type === "residual"
    ? { type: "residual", layers: change(block.layers) }
    : { type: "product", left: change(block.left), right: change(block.right) };
