import { writeIpynb } from "../../shared/documents/ipynb.ts";
import type { LabDocument } from "../../shared/documents/lab-document.ts";
import { writeLabDocument } from "../../shared/documents/write-lab-document.ts";
import { replaceFile } from "../data/replace-file.ts";
import { formatOf } from "../lab/documents/import-document.ts";
import type { DocumentFile } from "../lab/documents/read-document-file.ts";
import { requireTarget } from "../store/open/output-target.ts";
import { storeFailure } from "../store/store-failure.ts";

const NO_OUTPUTS: DocumentFile["outputs"] = new Map();

/** Writes a notebook by its name's end; a file that is there is replaced whole, or not at all. @throws {StoreError} */
export async function writeDocumentFile(
  path: string,
  {
    document,
    outputs = NO_OUTPUTS,
  }: { readonly document: LabDocument; readonly outputs?: DocumentFile["outputs"] },
  { overwrite }: { readonly overwrite: boolean },
): Promise<void> {
  const text = formatOf(path) === "ipynb" ? writeIpynb(document, outputs) : writeLabDocument(document);
  requireTarget(path, { database: null, overwrite });
  try {
    await replaceFile(path, (handle) => handle.writeFile(text), { overwrite });
  } catch (error) {
    throw storeFailure("write", path, error);
  }
}
