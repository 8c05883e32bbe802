import type { RunView } from "../../../shared/runs/run-table.ts";
import type { Store } from "../../store/store.ts";

/** Saved views of the table of runs. */
export class ViewsLab {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  list(): readonly RunView[] {
    return this.#store.views.list();
  }

  /** Saves a view under its name, in place of an earlier one. @throws {StoreError} */
  save(view: RunView): void {
    this.#store.views.save(view);
  }

  drop({ name }: { readonly name: string }): void {
    this.#store.views.drop(name);
  }
}
