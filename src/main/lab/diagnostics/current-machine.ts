import type { Machine } from "../../../shared/runs/run-records.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Store } from "../../store/store.ts";
import { describeMachine } from "./machine.ts";

/** The machine with the kernels in use, which a tuning may change; saved, so that runs may refer to it. */
export class CurrentMachine {
  readonly #engine: Engine;
  readonly #store: Store;
  #described: Machine | null = null;

  constructor(engine: Engine, store: Store) {
    this.#engine = engine;
    this.#store = store;
  }

  get(): Machine {
    const kernel = `wasm-${this.#engine.instructionSet}`;
    if (this.#described?.kernel === kernel) return this.#described;
    this.#described = describeMachine(kernel);
    if (!this.#store.readOnly) this.#store.saveMachine(this.#described);
    return this.#described;
  }
}
