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

  /** Puts a run's files in their place; those of the run whose place it takes go. */
  publish(run: string): void {
    const folder = join(this.#root, run);
    if (existsSync(folder)) {
      const aside = join(this.#stagedFolder(), `.${run}`);
      renamePatientlySync(folder, aside);
      this.#setAside.push([folder, aside]);
    }
    const staged = this.#staged === null ? null : join(this.#staged, run);
    if (staged === null || !existsSync(staged)) return;
    this.#published.push(folder);
    renamePatientlySync(staged, folder);
  }

  /** What was published stays: its runs are in the database. */
  keep(): void {
    this.#published = [];
    this.#setAside = [];
  }

  /** What was published since `keep` is gone, and what it took the place of is there again. */
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
