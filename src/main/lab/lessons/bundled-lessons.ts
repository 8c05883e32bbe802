import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ContractError } from "../../../core/errors.ts";
import { DOCUMENT_EXTENSION, type LabDocument } from "../../../shared/documents/lab-document.ts";
import { readLabDocument } from "../../../shared/documents/read-lab-document.ts";
import { LESSON_HASHES } from "./lesson-hashes.ts";

export interface BundledLesson {
  readonly id: string;
  readonly number: number;
  readonly document: LabDocument;
}

/** Of a lesson's text, however its lines end. */
export const lessonHash = (text: string): string =>
  createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex");

/** The lessons that come with the app, in their order; read when they are first asked for. */
export class BundledLessons {
  readonly #folder: string;
  #lessons: readonly BundledLesson[] | null = null;

  constructor(resourcesDir: string) {
    this.#folder = join(resourcesDir, "lessons");
  }

  /** @throws {ContractError} If a file is not what came with this version. @throws {DataFormatError} */
  list(): readonly BundledLesson[] {
    this.#lessons ??= readdirSync(this.#folder)
      .filter((name) => name.endsWith(DOCUMENT_EXTENSION))
      .sort()
      .map((name) => this.#read(name));
    return this.#lessons;
  }

  /** Null where no lesson of this id comes with the app. */
  find(id: string): BundledLesson | null {
    return this.list().find((lesson) => lesson.id === id) ?? null;
  }

  #read(name: string): BundledLesson {
    const id = name.slice(0, -DOCUMENT_EXTENSION.length);
    const path = join(this.#folder, name);
    const text = readFileSync(path, "utf8");
    if (LESSON_HASHES[id] !== lessonHash(text)) {
      throw new ContractError(
        `${path} is not the lesson that came with this version: its text has been changed. Install the app again; ` +
          "a lesson of your own belongs among your notebooks",
      );
    }
    const { document } = readLabDocument(name, text);
    // Progress is kept by this name, in the lesson and in every document that was made from it.
    const named = { ...document, header: { ...document.header, lesson: id } };
    return { id, number: Number.parseInt(name, 10), document: named };
  }
}
