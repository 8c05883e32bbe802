import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../data/make-folder.ts";
import { StoreError } from "../../../core/errors.ts";
import { renamePatientlySync } from "../../data/patient-rename.ts";

const STAGED = ".import-";

/** The files of weights of a bundle: written beside the others, and among them only when the runs are. */
export class BundleWeights {
  readonly #root: string;
  #staged: string | null = null;
  #published: string[] = [];
  /** Checkpoints of runs that the bundle's take the place of: where they were, where they are. */
  #setAside: [from: string, to: string][] = [];

  /** `root` is the database's folder for checkpoints. */
  constructor(root: string) {
    this.#root = root;
  }

  /** @throws {StoreError} If the text is no base64. @throws {Error} If it cannot be written. */
  add(run: string, file: string, base64: string): void {
    const bytes = Buffer.from(base64, "base64");
    if (bytes.toString("base64") !== base64) throw new StoreError(`the bytes of ${file} are no base64`);
    const folder = join(this.#stagedFolder(), run);
    makeFolder(folder);
    writeFileSync(join(folder, file), bytes, { flag: "wx" });
  }

  /** Puts the files of runs that are taken in their places; those of `replaced` runs go. */
  publish({
    taken,
    replaced,
  }: {
    readonly taken: readonly string[];
    readonly replaced: readonly string[];
  }): void {
    const staged =
      this.#staged === null ? [] : readdirSync(this.#staged).filter((run) => taken.includes(run));
    for (const run of replaced) {
      const folder = join(this.#root, run);
      if (!existsSync(folder)) continue;
      const aside = join(this.#stagedFolder(), `.${run}`);
      renamePatientlySync(folder, aside);
      this.#setAside.push([folder, aside]);
    }
    for (const run of staged) {
      const folder = join(this.#root, run);
      // No run has this name, so nobody's weights can lie there.
      rmSync(folder, { recursive: true, force: true });
      this.#published.push(folder);
      renamePatientlySync(join(this.#staged ?? "", run), folder);
    }
  }

  takeBack(): void {
    for (const folder of this.#published) rmSync(folder, { recursive: true, force: true });
    this.#published = [];
    for (const [folder, aside] of this.#setAside) renamePatientlySync(aside, folder);
    this.#setAside = [];
  }

  /** Removes what was not published. */
  close(): void {
    if (this.#staged !== null) rmSync(this.#staged, { recursive: true, force: true });
  }

  #stagedFolder(): string {
    if (this.#staged !== null) return this.#staged;
    // What an import left that was killed.
    for (const name of existsSync(this.#root) ? readdirSync(this.#root) : []) {
      if (name.startsWith(STAGED)) rmSync(join(this.#root, name), { recursive: true, force: true });
    }
    makeFolder(this.#root);
    return (this.#staged = mkdtempSync(join(this.#root, STAGED)));
  }
}
