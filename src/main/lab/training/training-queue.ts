import { randomUUID } from "node:crypto";
import { ContractError } from "../../../core/errors.ts";
import type { QueuedTraining } from "../../../shared/experiments/training.ts";
import type { LabServices } from "../activity/experiment.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import type { TrainingOrder } from "./training-order.ts";

interface Queued extends QueuedTraining {
  readonly order: TrainingOrder;
}

/** Trainings that wait for their turn; each starts when everything before it is done. */
export class TrainingQueue {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #start: (order: TrainingOrder) => void;
  #queue: readonly Queued[] = [];
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
  add(order: TrainingOrder, { title, note }: Pick<QueuedTraining, "title" | "note">): QueuedTraining {
    if (this.#closed) throw new ContractError("The lab is closing: no training can be queued any more");
    const queued = { id: randomUUID(), title, note };
    this.#set([...this.#queue, { ...queued, order }]);
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
    await this.#supervisor.idle();
    const [next, ...rest] = this.#queue;
    if (next === undefined || this.#supervisor.state() !== null) return;
    this.#set(rest);
    try {
      this.#start(next.order);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#services.emit({ name: "failure", payload: { title: `${next.title} did not start`, message } });
      void this.startNext();
    }
  }

  #set(queue: readonly Queued[]): void {
    this.#queue = queue;
    this.#services.emit({ name: "trainingQueueChanged", payload: this.get() });
  }
}
