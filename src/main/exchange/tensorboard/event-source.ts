import { basename, join } from "node:path";
import { readdir } from "node:fs/promises";
import { counted } from "../../../core/counted.ts";
import { DataFormatError } from "../../../core/errors.ts";
import { readRegularFile } from "../../data/regular-file.ts";
import {
  BATCH_POINTS,
  type ForeignBatch,
  type ForeignHead,
  type ForeignHistogram,
  type ForeignPoint,
  type ForeignText,
  type RunSource,
} from "../runs/foreign-run.ts";
import { readEvent } from "./event-reader.ts";
import { newRecordsState, readRecords, type RecordsState } from "./read-records.ts";

export const isEventFile = (name: string): boolean => basename(name).includes("tfevents");

/** The event files of one run: of a folder, or one file. Further files of the folder are found as they come. */
export class EventSource implements RunSource {
  readonly format = "TensorBoard";
  readonly path: string;
  readonly #name: string;
  readonly #only: string | null;
  readonly #states = new Map<string, RecordsState>();
  readonly #plugins = new Map<string, string>();
  readonly #unread = new Map<string, number>();
  #head: ForeignHead | null = null;

  /** `only` is one of the folder's files. */
  constructor(
    folder: string,
    name: string,
    { only = null, label = folder }: { readonly only?: string | null; readonly label?: string } = {},
  ) {
    this.path = only === null ? label : join(label, only);
    this.#folder = folder;
    this.#name = name;
    this.#only = only;
  }
  readonly #folder: string;

  async *read(): AsyncGenerator<ForeignBatch> {
    const names =
      this.#only === null
        ? (await readdir(this.#folder, { withFileTypes: true }))
            .filter((entry) => entry.isFile() && isEventFile(entry.name))
            .map(({ name }) => name)
            .sort()
        : [this.#only];
    for (const name of names) {
      const path = join(this.#folder, name);
      const state = this.#states.get(name) ?? newRecordsState();
      this.#states.set(name, state);
      let [points, histograms, texts]: [ForeignPoint[], ForeignHistogram[], ForeignText[]] = [[], [], []];
      for await (const record of readRecords(path, state)) {
        let event;
        try {
          event = readEvent(path, record, this.#plugins);
        } catch (error) {
          if (!(error instanceof DataFormatError)) throw error;
          // A record whose checksum is right and which is no event: another kind of file, or a newer one.
          state.damaged++;
          continue;
        }
        this.#head ??= {
          key: `tensorboard ${this.#name} ${event.timeMs}`,
          name: this.#name,
          config: {},
          startedMs: event.timeMs,
        };
        if (Object.keys(event.config).length > 0) {
          this.#head = { ...this.#head, config: { ...this.#head.config, ...event.config } };
        }
        points.push(...event.points);
        histograms.push(...event.histograms);
        texts.push(...event.texts);
        if (event.others > 0) this.#unread.set(name, (this.#unread.get(name) ?? 0) + event.others);
        if (points.length + histograms.length < BATCH_POINTS) continue;
        yield { head: this.#head, points, histograms, texts };
        [points, histograms, texts] = [[], [], []];
      }
      if (this.#head !== null && points.length + histograms.length + texts.length > 0) {
        yield { head: this.#head, points, histograms, texts };
      }
      if (this.#head === null && state.broken !== "" && names.length === 1) {
        const begin = (await readRegularFile(path, Infinity).catch(() => Buffer.alloc(0))).subarray(0, 8);
        throw new DataFormatError(
          path,
          0,
          "an event file of TensorBoard",
          `bytes ${begin.toString("hex")}: ${state.broken}`,
        );
      }
    }
    if (this.#head !== null) yield { head: this.#head, points: [], histograms: [], texts: [] };
  }

  notes(): readonly string[] {
    return [...this.#states].flatMap(([name, { damaged, broken, leftBytes, offset }]) => {
      const others = this.#unread.get(name) ?? 0;
      return [
        ...(broken === "" ? [] : [`${name}: ${broken}.`]),
        ...(broken === "" && leftBytes > 0
          ? [
              `${name} ends in the middle of a record: the last ${leftBytes} bytes, from byte ${offset} on, are not taken.`,
            ]
          : []),
        ...(damaged === 0 ? [] : [`${name}: ${counted(damaged, "record")} left out: damaged.`]),
        ...(others === 0
          ? []
          : [`${name}: ${counted(others, "value")} left out: pictures, audio, graphs or of other kinds.`]),
      ];
    });
  }
}
