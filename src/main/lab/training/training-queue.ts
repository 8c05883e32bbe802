import { randomUUID } from "node:crypto";
import { ContractError } from "../../../core/errors.ts";
import type { QueuedTraining } from "../../../shared/experiments/training.ts";
import { withGivenWeights } from "../../exchange/weights/given-weights.ts";
import type { LabServices } from "../activity/experiment.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import type { TrainingOrder } from "./training-order.ts";

interface Wanted {
  readonly order: TrainingOrder;
  /** The content of a .safetensors file that it begins with; it is read when its turn has come. */
  readonly weights: Uint8Array | null;
}
type Queued = QueuedTraining & Wanted;

/** Trainings that wait for their turn; each starts when everything before it is done. */
export class TrainingQueue {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #start: (order: TrainingOrder) => void;
  #queue: readonly Queued[] = [];
  #starting = false;
  #closed = false;

  /** @param start Starts a training whose turn has come. */
  constructor(services: LabServices, supervisor: RunSupervisor, start: (order: TrainingOrder) => void) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#start = start;
  }

  get(): QueuedTraining[] {
    return this.#queue.map(({ id, title, note }) => ({ id, title, note }));
  }

  /** Begins with it at once when nothing is on. @throws {ContractError} If the lab is closing. */
  add(wanted: Wanted, { title, note }: Pick<QueuedTraining, "title" | "note">): QueuedTraining {
    if (this.#closed) throw new ContractError("The lab is closing: no training can be queued any more");
    const queued = { id: randomUUID(), title, note };
    this.#set([...this.#queue, { ...queued, ...wanted }]);
    void this.startNext();
    return queued;
  }

  remove(ids: readonly string[]): void {
    this.#set(this.#queue.filter(({ id }) => !ids.includes(id)));
  }

  /** Forgets what waits: none of it starts any more. */
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

  /** @returns whether it is over: one has started, or none waits. */
  async #startFirst(): Promise<boolean> {
    await this.#supervisor.idle();
    const [next] = this.#queue;
    if (next === undefined) return true;
    try {
      const order = await orderOf(next);
      // While its weights were read it may have been removed, or something else have begun.
      if (this.#queue[0] !== next || this.#supervisor.state() !== null) return false;
      this.#set(this.#queue.slice(1));
      this.#start(order);
      return true;
    } catch (error) {
      this.remove([next.id]);
      const message = error instanceof Error ? error.message : String(error);
      this.#services.emit({ name: "failure", payload: { title: `${next.title} did not start`, message } });
      return false;
    }
  }

  #set(queue: readonly Queued[]): void {
    this.#queue = queue;
    this.#services.emit({ name: "trainingQueueChanged", payload: this.get() });
  }
}

async function orderOf({ order, weights }: Wanted): Promise<TrainingOrder> {
  if (weights === null) return order;
  return { ...order, given: await withGivenWeights(weights, (givenFor) => givenFor(order.spec)) };
}
