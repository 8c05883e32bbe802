import { ContractError } from "../errors.ts";
import type { Ops, TensorLike } from "../ops/op.ts";

/** What the notebook's 784→50→1 network is built from: x (N, in), y (N,), w1 (in, hidden), w2 (hidden, 1). */
export interface StageTensors<T> {
  readonly x: T;
  readonly y: T;
  readonly w1: T;
  readonly b1: T;
  readonly w2: T;
  readonly b2: T;
}

/** Gradients of the loss, each a new tensor in the shape of what it belongs to. */
export interface StageGradients<T> {
  readonly x: T;
  readonly w1: T;
  readonly b1: T;
  readonly w2: T;
  readonly b2: T;
}

export interface StageOptions {
  /** relu(z) = max(z, 0) − shift. */
  readonly shift: number;
  /** Rows whose outer products are formed at a time; for the stages that form them. */
  readonly chunkRows: number;
}

/** A stage over given tensors. Both passes emit their ops when they are called. */
export interface BuiltStage<T> {
  /** @returns the loss (1,). */
  forward(): T;
  /** @throws {ContractError} Before forward(). */
  backward(): StageGradients<T>;
}

/** One way in which the notebook writes its network and its backward pass. */
export interface Stage {
  readonly name: string;
  build<T extends TensorLike>(ops: Ops<T>, tensors: StageTensors<T>, options: StageOptions): BuiltStage<T>;
}

/** What a forward pass has left for the backward pass. @throws {ContractError} If there was no forward pass. */
export function afterForward<V>(kept: V | undefined, where: string): V {
  if (kept === undefined) {
    throw new ContractError(`${where}: there is no forward pass to go back through; call it forward first`);
  }
  return kept;
}
