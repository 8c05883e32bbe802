import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { renamePatientlySync } from "../../data/patient-rename.ts";
import { join } from "node:path";
import { StoreError } from "../../../core/errors.ts";

const STAGED = ".import-";

/** The files of weights of a bundle: written beside the others, and among them only when the runs are. */
export class BundleWeights {
  readonly #root: string;
  #staged: string | null = null;
  #published: string[] = [];

  /** `root` is the database's folder for checkpoints. */
  constructor(root: string) {
    this.#root = root;
  }

  /** @throws {StoreError} If the text is no base64. @throws {Error} If it cannot be written. */
  add(run: string, file: string, base64: string): void {
    const bytes = Buffer.from(base64, "base64");
    if (bytes.toString("base64") !== base64) throw new StoreError(`the bytes of ${file} are no base64`);
    const folder = join(this.#stagedFolder(), run);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, file), bytes, { flag: "wx" });
  }

  /** Puts the files in their places. */
  publish(): void {
    for (const run of this.#staged === null ? [] : readdirSync(this.#staged)) {
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
    mkdirSync(this.#root, { recursive: true });
    return (this.#staged = mkdtempSync(join(this.#root, STAGED)));
  }
}
