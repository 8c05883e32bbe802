import { randomUUID } from "node:crypto";
import { messageOf } from "../../../core/thrown.ts";
import { ContractError } from "../../../core/errors.ts";
import type { QueuedRequest, QueuedTraining } from "../../../shared/experiments/training.ts";
import { withGivenWeights } from "../../exchange/weights/given-weights.ts";
import type { LabServices } from "../activity/experiment.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import type { TrainingOrder } from "./training-order.ts";

type Queued = QueuedTraining & {
  /** Null of one that cannot be read any more. */
  readonly request: QueuedRequest | null;
};

/**
 * Trainings that wait for their turn; each starts when everything before it is done. They are kept in the database until
 * they start or are removed: what an earlier session has left waits until a person lets it go on.
 */
export class TrainingQueue {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #start: (order: TrainingOrder) => void;
  #queue: readonly Queued[] = [];
  #starting = false;
  #closed = false;

  /** @param start Starts a training whose turn has come, which takes its row out of the database. */
  constructor(services: LabServices, supervisor: RunSupervisor, start: (order: TrainingOrder) => void) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#start = start;
  }

  get(): QueuedTraining[] {
    return this.#queue.map(({ request: _, ...queued }) => queued);
  }

  /** Finds what an earlier session has left; none of it begins by itself. A window that only reads leaves it alone. */
  restore(): void {
    const { store } = this.#services;
    if (store.readOnly) return;
    const found = store.queue.list().map(({ problem: reason, ...row }): Queued => {
      const state = row.request === null ? "unreadable" : "held";
      return { ...row, state, reason };
    });
    if (found.length > 0) this.#set(found);
  }

  /**
   * Begins with them at once when nothing is on.
   *
   * @param weights The content of a .safetensors file that all of them begin with; null where they are drawn.
   * @throws {ContractError} If the lab is closing. @throws {StoreError} If they cannot be kept: then none is queued.
   */
  add(
    trainings: readonly { readonly title: string; readonly request: QueuedRequest }[],
    { note, weights }: { readonly note: string; readonly weights: Uint8Array | null },
  ): QueuedTraining[] {
    if (this.#closed) throw new ContractError("The lab is closing: no training can be queued any more");
    const queuedAt = new Date().toISOString();
    const rows = trainings.map((training) => ({ id: randomUUID(), queuedAt, note, ...training }));
    this.#services.store.queue.add(rows, weights);
    const added = rows.map((row): Queued => ({ ...row, state: "waits", reason: "" }));
    this.#set([...this.#queue, ...added]);
    void this.startNext();
    return added.map(({ request: _, ...queued }) => queued);
  }

  /** @throws {StoreError} */
  remove(ids: readonly string[]): void {
    this.#services.store.queue.drop(ids);
    this.#set(this.#queue.filter(({ id }) => !ids.includes(id)));
  }

  /** Lets go on what an earlier session has left, and what did not start. */
  goOn(): void {
    this.#set(
      this.#queue.map((queued) =>
        queued.state === "held" ? { ...queued, state: "waits", reason: "" } : queued,
      ),
    );
    void this.startNext();
  }

  /** None of it starts any more in this session. */
  close(): void {
    this.#closed = true;
    this.#queue = [];
  }

  /** Starts the first one as soon as nothing is on. */
  async startNext(): Promise<void> {
    if (this.#starting) return;
    this.#starting = true;
    try {
      while (!(await this.#startFirst()));
    } finally {
      this.#starting = false;
    }
  }

  #first(): Queued | undefined {
    return this.#queue.find(({ state }) => state === "waits");
  }

  /** @returns whether it is over: one has started, or none waits. */
  async #startFirst(): Promise<boolean> {
    await this.#supervisor.idle();
    const next = this.#first();
    if (next === undefined) return true;
    try {
      const order = await this.#orderOf(next);
      // While its weights were read it may have been removed, or something else have begun.
      if (this.#first() !== next || this.#supervisor.state() !== null) return false;
      this.#start(order);
      this.#set(this.#queue.filter((queued) => queued !== next));
      return true;
    } catch (error) {
      const reason = messageOf(error);
      this.#set(this.#queue.map((queued) => (queued === next ? { ...next, state: "held", reason } : queued)));
      const title = `${next.title} did not start and stays in the queue`;
      this.#services.emit({ name: "failure", payload: { title, message: reason } });
      return false;
    }
  }

  async #orderOf({ id, note, request }: Queued): Promise<TrainingOrder> {
    if (request === null) throw new TypeError(`The queued training ${id} cannot be read`);
    const sweep = note === "" ? {} : { sweep: note };
    const order = { ...request, again: true, ...sweep, queuedId: id };
    const weights = this.#services.store.queue.weightsOf(id);
    if (weights === null) return order;
    return { ...order, given: await withGivenWeights(weights, (givenFor) => givenFor(order.spec)) };
  }

  #set(queue: readonly Queued[]): void {
    this.#queue = queue;
    this.#services.emit({ name: "trainingQueueChanged", payload: this.get() });
  }
}
