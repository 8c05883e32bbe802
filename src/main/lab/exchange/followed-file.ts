import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { replaceFile } from "../../data/replace-file.ts";

const followedFileSchema = v.array(v.object({ source: v.string(), step: v.nullable(v.string()) }));

/** A file or folder that is followed, and its column of steps where it is none of the usual ones. */
export type FollowedSource = v.InferOutput<typeof followedFileSchema>[number];

/** What is followed, in a file beside the database: following goes on when the app is started again. */
export class FollowedFile {
  readonly #path: string;
  #written: Promise<void> = Promise.resolve();

  constructor(databasePath: string) {
    this.#path = `${databasePath.replace(/\.[^./\\]*$/, "")}-followed.json`;
  }

  /** What was followed last; nothing where there is no such file, or it is damaged: it can be followed again. */
  async read(): Promise<readonly FollowedSource[]> {
    try {
      return v.parse(followedFileSchema, JSON.parse(await readFile(this.#path, "utf8")));
    } catch {
      return [];
    }
  }

  /** Replaces the list, one after the other. @throws {Error} What the file system says. */
  async write(sources: readonly FollowedSource[]): Promise<void> {
    const before = this.#written.catch(() => undefined);
    const text = `${JSON.stringify(sources, null, 2)}\n`;
    this.#written = before.then(() =>
      replaceFile(this.#path, (handle) => handle.writeFile(text), { private: true }),
    );
    return this.#written;
  }
}
