import { exercisesOf } from "../../../shared/documents/exercise.ts";
import type { LabDocument } from "../../../shared/documents/lab-document.ts";
import { readLabDocument } from "../../../shared/documents/read-lab-document.ts";
import type { Store } from "../../store/store.ts";

/** A notebook of the library that has exercises. */
export interface LessonDocument {
  readonly id: string;
  readonly document: LabDocument;
}

/** What every notebook with exercises has in its text, so that the others need not be read. */
const EXERCISE_MARKER = "// %% exercise";

/** Notebooks of the library with exercises, the one that was changed last first; as they were saved last. */
export function lessonDocuments({ documents }: Pick<Store, "documents">): readonly LessonDocument[] {
  return documents
    .all()
    .filter(({ deletedAt }) => deletedAt === null)
    .toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt))
    .flatMap(({ id, file, version }) => {
      const text = documents.versionText(id, version) ?? "";
      if (!text.includes(EXERCISE_MARKER)) return [];
      const { document } = readLabDocument(file, text);
      return exercisesOf(document).length === 0 ? [] : [{ id, document }];
    });
}
