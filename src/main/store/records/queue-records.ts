import type { FoundQueuedRow, QueuedRow, QueueTable } from "../tables/queue-table.ts";
import type { StoreAccess } from "./store-access.ts";

/** Trainings that wait. Every method throws StoreError. */
export class QueueRecords {
  readonly #access: StoreAccess;
  readonly #table: QueueTable;

  constructor(table: QueueTable, access: StoreAccess) {
    this.#access = access;
    this.#table = table;
  }

  /** In their order, those that cannot be read any more among them. */
  list(): readonly FoundQueuedRow[] {
    return this.#access.attempt("read the queue", () => this.#table.list());
  }

  /** All or none of them, with the content of a file of weights that all begin with; durable when it returns. */
  add(trainings: readonly QueuedRow[], weights: Uint8Array | null): void {
    this.#access.writeDurably("queue trainings", () => this.#table.add(trainings, weights));
  }

  /** The weights that a queued training begins with; null where they are drawn. */
  weightsOf(id: string): Uint8Array | null {
    return this.#access.attempt("read the weights of a queued training", () => this.#table.weightsOf(id));
  }

  /** Durable when it returns. */
  drop(ids: readonly string[]): void {
    this.#access.writeDurably("take trainings out of the queue", () => this.#table.drop(ids));
  }
}
