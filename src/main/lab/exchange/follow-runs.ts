import { watch, type FSWatcher } from "node:fs";
import { messageLine } from "../../../core/thrown.ts";
import type { Followed } from "../../../shared/experiments/imported.ts";
import type { RunImporter } from "./import-runs.ts";

/** Where no notice comes of a change (network drives), it is looked for this often. */
const LOOK_EVERY_MS = 1_000;
/** Notices come in bursts. */
const SETTLE_MS = 100;

/** Reads sources on while they grow, until it is stopped. */
export class RunFollower {
  readonly #importers: readonly { readonly importer: RunImporter; readonly format: string }[];
  readonly #source: string;
  readonly #changed: () => void;
  readonly #stopped: Promise<void>;
  #stop: () => void = () => undefined;
  #watcher: FSWatcher | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** How long the timer was set for. */
  #waitMs = 0;
  #reading = false;
  #again = false;
  #ended = "";

  constructor(
    source: string,
    importers: readonly { readonly importer: RunImporter; readonly format: string }[],
    changed: () => void,
  ) {
    this.#source = source;
    this.#importers = importers;
    this.#changed = changed;
    this.#stopped = new Promise((resolve) => {
      this.#stop = resolve;
    });
    try {
      this.#watcher = watch(source, { recursive: process.platform !== "linux" }, () => this.#look(SETTLE_MS));
      this.#watcher.on("error", () => this.#watcher?.close());
    } catch {
      // Too many watched already, or a drive that tells nothing: it is looked at all the same.
    }
    this.#look(0);
  }

  state(): Followed {
    return {
      source: this.#source,
      format: [...new Set(this.#importers.map(({ format }) => format))].join(", "),
      runIds: this.#importers.flatMap(({ importer }) => importer.runIds),
      ended: this.#ended,
    };
  }

  /** Resolves when it is followed no more. */
  get done(): Promise<void> {
    return this.#stopped;
  }

  stop(reason = "stopped"): void {
    if (this.#ended !== "") return;
    this.#ended = reason;
    this.#watcher?.close();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#stop();
    this.#changed();
  }

  #look(afterMs: number): void {
    if (this.#ended !== "") return;
    if (this.#reading) {
      this.#again = true;
      return;
    }
    if (this.#timer !== null) {
      // Notices that never cease must not put it off for ever.
      if (this.#waitMs <= afterMs) return;
      clearTimeout(this.#timer);
    }
    this.#waitMs = afterMs;
    this.#timer = setTimeout(() => void this.#read(), afterMs);
  }

  async #read(): Promise<void> {
    this.#timer = null;
    this.#reading = true;
    this.#again = false;
    const ended = (): boolean => this.#ended !== "";
    const again = (): boolean => this.#again;
    try {
      let points = 0;
      for (const { importer } of this.#importers) {
        if (ended()) return;
        points += (await importer.read(() => false, { growing: true })).points;
      }
      if (points > 0) this.#changed();
    } catch (error) {
      this.stop(messageLine(error));
    } finally {
      this.#reading = false;
      this.#look(again() ? SETTLE_MS : LOOK_EVERY_MS);
    }
  }
}
