import type { TensorNode } from "../core/tensor/tensor-node.ts";
import { GuestError } from "./guest-error.ts";
import { grouped } from "../core/grouped.ts";

/** Tensors that variables may hold at a time. */
const MOST_LIVE = 100_000;

interface Live {
  readonly node: TensorNode;
  handles: number;
}

/** The tensors that the cells hold, each with the number of its handles: a tensor goes with its last one. */
export class LiveTensors {
  readonly #live = new Map<object, Live>();
  readonly #makeGarbage: () => void;

  /** @param makeGarbage Has the interpreter look for tensors that only hold each other. */
  constructor(makeGarbage: () => void) {
    this.#makeGarbage = makeGarbage;
  }

  get count(): number {
    return this.#live.size;
  }

  /** Whether an object is one of the live tensors, and no forged or freed one. */
  holds(object: object): object is TensorNode {
    return this.#live.has(object);
  }

  nodes(): TensorNode[] {
    return Array.from(this.#live.values(), ({ node }) => node);
  }

  /** A handle to this tensor was made. @throws {GuestError} If too many tensors are alive. */
  hold(node: TensorNode): void {
    const live = this.#live.get(node);
    if (live !== undefined) {
      live.handles++;
      return;
    }
    if (this.#live.size >= MOST_LIVE) this.#makeGarbage();
    if (this.#live.size >= MOST_LIVE) {
      throw new GuestError(
        "LimitError",
        `${grouped(MOST_LIVE)} tensors are alive, the most there may be. Hold fewer of them: one tensor ` +
          "of many numbers instead of many tensors",
      );
    }
    this.#live.set(node, { node, handles: 1 });
  }

  /** A handle has gone. @returns Whether it was the last one. */
  drop(node: TensorNode): boolean {
    const live = this.#live.get(node);
    if (live !== undefined && --live.handles > 0) return false;
    this.#live.delete(node);
    return true;
  }
}
