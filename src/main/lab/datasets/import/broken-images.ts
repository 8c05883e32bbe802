import { counted } from "../../../../core/counted.ts";
import { messageLine } from "../../../../core/thrown.ts";
import { brokenLines, type BrokenFiles } from "../../../../shared/experiments/data-import.ts";
import { inFileWords } from "../../../../shared/ipc/file-words.ts";

/** So many are named; of the others, how many there are. */
const NAMED = 20;

/** Images that cannot be taken, as they are come across: all are counted, the first are named with the reason. */
export class BrokenImages {
  readonly #reasons: string[] = [];
  #count = 0;

  /** @param error Begins with the path, as what is said of files does. */
  add(error: unknown): void {
    if (this.#count++ < NAMED) this.#reasons.push(inFileWords(messageLine(error)));
  }

  get found(): BrokenFiles {
    return { count: this.#count, reasons: [...this.#reasons] };
  }

  /** What `DataFormatError` says it got: how many, and one a line. */
  words(): string {
    const { found } = this;
    return `${counted(found.count, "image that cannot be taken", "images that cannot be taken")}:\n${brokenLines(found)}`;
  }
}
