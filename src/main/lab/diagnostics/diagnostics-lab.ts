import type { ActivityDelay, Diagnostics } from "../../../shared/ipc/ipc-contract.ts";
import { savedActivityDelay } from "../activity/event-loop-delay.ts";
import type { CurrentMachine } from "./current-machine.ts";
import { collectDiagnostics, type DiagnosticsSources } from "./diagnostics.ts";

/** This installation as a report of a problem needs it. */
export class DiagnosticsLab {
  readonly #sources: Omit<DiagnosticsSources, "machine" | "earlierDelay" | "tuningProblem">;
  readonly #machine: CurrentMachine;
  readonly #tuning: { readonly problem: string | null };
  #earlierDelay: ActivityDelay | null | undefined;

  constructor(
    sources: Omit<DiagnosticsSources, "machine" | "earlierDelay" | "tuningProblem">,
    machine: CurrentMachine,
    tuning: { readonly problem: string | null },
  ) {
    this.#sources = sources;
    this.#machine = machine;
    this.#tuning = tuning;
  }

  get(): Diagnostics {
    // From the database once: this process's own runs are known without it.
    if (this.#earlierDelay === undefined) {
      this.#earlierDelay = savedActivityDelay(this.#sources.store.listRuns(1));
    }
    return collectDiagnostics({
      ...this.#sources,
      machine: this.#machine.get(),
      earlierDelay: this.#earlierDelay,
      tuningProblem: this.#tuning.problem,
    });
  }
}
