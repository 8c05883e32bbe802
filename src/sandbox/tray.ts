import type { TensorNode } from "../core/tensor/tensor-node.ts";
import { GuestError } from "./guest-error.ts";
import type { TensorLedger } from "./tensor-ledger.ts";

/** Tensors on their way from one world of a sandbox to the other; on the tray they stay alive. */
export class Tray {
  readonly #ledger: TensorLedger;
  #nodes: TensorNode[] = [];

  constructor(ledger: TensorLedger) {
    this.#ledger = ledger;
  }

  clear(): void {
    for (const node of this.#nodes) this.#ledger.drop(node);
    this.#nodes = [];
  }

  /** @returns Where it lies. */
  put(node: TensorNode): number {
    this.#ledger.live.hold(node);
    return this.#nodes.push(node) - 1;
  }

  /** @throws {GuestError} */
  take(place: number): TensorNode {
    const node = this.#nodes[place];
    if (node === undefined) throw new GuestError("TypeError", "there is no such tensor on the tray");
    return node;
  }
}
