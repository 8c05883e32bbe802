import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { DocumentVersion } from "../../../shared/documents/document-records.ts";
import { keptStatement, type Database } from "../open/database.ts";

interface TextRow {
  readonly id: number;
  readonly text: Uint8Array;
}

interface PartsRow {
  readonly textId: number;
  readonly prefix: number;
  readonly suffix: number;
  readonly middle: Uint8Array;
}

/** What differs from a full text may be a quarter of it; more becomes a full text itself. */
const MOST_DIFFERENT = 1 / 4;

/** UTF-16 as it lies in memory: a cut between the halves of a character keeps both. */
const pack = (text: string): Uint8Array => deflateRawSync(Buffer.from(text, "utf16le"));
const unpack = (bytes: Uint8Array): string => inflateRawSync(bytes).toString("utf16le");

/** How far two texts agree, from the front and from the back of what is left. */
function agreement(a: string, b: string): { readonly prefix: number; readonly suffix: number } {
  const most = Math.min(a.length, b.length);
  let prefix = 0;
  while (prefix < most && a.charCodeAt(prefix) === b.charCodeAt(prefix)) prefix++;
  let suffix = 0;
  while (
    suffix < most - prefix &&
    a.charCodeAt(a.length - 1 - suffix) === b.charCodeAt(b.length - 1 - suffix)
  )
    suffix++;
  return { prefix, suffix };
}

/** Every text that a notebook had, small: of most only what differs from a full one is stored. */
export class DocumentVersionTable {
  readonly #insert;
  readonly #insertText;
  readonly #list;
  readonly #parts;
  readonly #text;
  readonly #newestText;
  readonly #name;
  readonly #drop;
  readonly #dropTexts;

  constructor(db: Database) {
    this.#insert = keptStatement(
      db,
      `INSERT INTO document_version (document_id, version, at, name, origin, cells, size_bytes, text_id, prefix, suffix, middle)
       VALUES (@documentId, @version, @at, @name, @origin, @cells, @sizeBytes, @textId, @prefix, @suffix, @middle)`,
    );
    this.#insertText = keptStatement(db, "INSERT INTO document_text (document_id, text) VALUES (?, ?)");
    this.#list = keptStatement<DocumentVersion>(
      db,
      `SELECT version, at, name, origin, cells, size_bytes AS sizeBytes FROM document_version
       WHERE document_id = ? ORDER BY version DESC`,
    );
    this.#parts = keptStatement<PartsRow>(
      db,
      "SELECT text_id AS textId, prefix, suffix, middle FROM document_version WHERE document_id = ? AND version = ?",
    );
    this.#text = keptStatement<TextRow>(db, "SELECT id, text FROM document_text WHERE id = ?");
    this.#newestText = keptStatement<TextRow>(
      db,
      "SELECT id, text FROM document_text WHERE document_id = ? ORDER BY id DESC LIMIT 1",
    );
    this.#name = keptStatement(
      db,
      "UPDATE document_version SET name = ? WHERE document_id = ? AND version = ?",
    );
    this.#drop = keptStatement(db, "DELETE FROM document_version WHERE document_id = ? AND version = ?");
    this.#dropTexts = keptStatement(
      db,
      "DELETE FROM document_text WHERE document_id = ? AND id NOT IN (SELECT text_id FROM document_version)",
    );
  }

  add(documentId: string, version: DocumentVersion, text: string): void {
    const { textId, prefix, suffix } = this.#fullTextFor(documentId, text);
    const middle = pack(text.slice(prefix, text.length - suffix));
    this.#insert().run({ ...version, documentId, textId, prefix, suffix, middle });
  }

  #fullTextFor(documentId: string, text: string) {
    const full = this.#newestText().get(documentId);
    if (full !== undefined) {
      const found = agreement(unpack(full.text), text);
      const different = text.length - found.prefix - found.suffix;
      if (different <= MOST_DIFFERENT * text.length) return { textId: full.id, ...found };
    }
    const { lastInsertRowid } = this.#insertText().run(documentId, pack(text));
    return { textId: Number(lastInsertRowid), prefix: text.length, suffix: 0 };
  }

  /** The newest first. */
  list(documentId: string): DocumentVersion[] {
    return this.#list().all(documentId);
  }

  /** Undefined where this version is gone, or never was. */
  text(documentId: string, version: number): string | undefined {
    const parts = this.#parts().get(documentId, version);
    if (parts === undefined) return undefined;
    const full = unpack(this.#text().get(parts.textId)?.text ?? pack(""));
    return (
      full.slice(0, parts.prefix) +
      unpack(parts.middle) +
      (parts.suffix === 0 ? "" : full.slice(-parts.suffix))
    );
  }

  /** @returns Whether there is such a version. */
  name(documentId: string, version: number, name: string | null): boolean {
    return this.#name().run(name, documentId, version).changes > 0;
  }

  drop(documentId: string, versions: readonly number[]): void {
    for (const version of versions) this.#drop().run(documentId, version);
    if (versions.length > 0) this.#dropTexts().run(documentId);
  }
}
