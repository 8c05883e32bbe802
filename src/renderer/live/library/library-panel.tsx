import { Button, Menu, SegmentedControl, TextInput } from "@mantine/core";
import { Plus, Upload } from "lucide-react";
import { memo, useEffect, useState } from "react";
import type { DocumentEntry } from "../../../shared/documents/document-records.ts";
import { useStore } from "../../store/create-store.ts";
import { ErrorNotice } from "../../ui/notices.tsx";
import { openStore } from "../document/open-notebook.ts";
import {
  createDocument,
  importDocuments,
  libraryStore,
  loadLibrary,
  searchLibrary,
} from "./library-store.ts";
import { LESSON_TEXT } from "../lesson/lesson-text.ts";
import { PARTS_TEXT } from "./parts-text.ts";
import { LessonListPanel } from "./lesson-list.tsx";
import { DocumentItem } from "./document-item.tsx";
import classes from "./library.module.css";

/** All notebooks: one's own, those that come with the app, and the trash. */
export const LibraryPanel = memo(function LibraryPanel() {
  const { entries, search, failure } = useStore(libraryStore);
  const shownId = useStore(openStore, (open) => open?.entry.id ?? null);
  const [trash, setTrash] = useState(false);
  useEffect(() => void loadLibrary(), []);
  const seeds = entries?.filter(({ bundled }) => bundled) ?? [];
  const shown = entries?.filter(({ deletedAt }) => (deletedAt !== null) === trash) ?? [];
  const deleted = entries?.some(({ deletedAt }) => deletedAt !== null) === true;
  return (
    <div className={classes["library"]}>
      <div className={classes["actions"]}>
        <Menu position="bottom-start">
          <Menu.Target>
            <Button leftSection={<Plus size="0.875rem" aria-hidden="true" />}>New notebook</Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => void createDocument({ kind: "empty" }, null)}>Empty</Menu.Item>
            <Menu.Item onClick={() => void createDocument({ kind: "text", text: LESSON_TEXT }, null)}>
              Lesson of your own, with exercises
            </Menu.Item>
            <Menu.Item onClick={() => void createDocument({ kind: "text", text: PARTS_TEXT }, null)}>
              Activation, loss and layer of your own
            </Menu.Item>
            {seeds.map(({ id, title }) => (
              <Menu.Item key={id} onClick={() => void createDocument({ kind: "copy", id }, null)}>
                Copy of “{title}”
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <Button
          variant="default"
          leftSection={<Upload size="0.875rem" aria-hidden="true" />}
          title=".lab.ts and .ipynb; they can also be dropped on the window"
          onClick={() => void importDocuments()}
        >
          Import
        </Button>
      </div>
      <TextInput
        aria-label="Search notebooks"
        placeholder="Search titles, tags and texts"
        value={search}
        onChange={(event) => searchLibrary(event.currentTarget.value)}
      />
      {(deleted || trash) && (
        <SegmentedControl
          aria-label="Which notebooks"
          value={trash ? "trash" : "all"}
          onChange={(value) => setTrash(value === "trash")}
          data={[
            { value: "all", label: "Notebooks" },
            { value: "trash", label: "Trash" },
          ]}
        />
      )}
      {failure !== null && (
        <ErrorNotice
          title="The notebooks cannot be listed"
          error={failure}
          onRetry={() => void loadLibrary()}
        />
      )}
      <ul className={classes["list"]} aria-label={trash ? "Notebooks in the trash" : "Notebooks"}>
        {shown.map((entry: DocumentEntry) => (
          <DocumentItem key={entry.id} entry={entry} open={entry.id === shownId} />
        ))}
      </ul>
      {!trash && <LessonListPanel />}
      {entries !== null && shown.length === 0 && (
        <p className={classes["none"]}>{search === "" ? "Nothing here." : "No notebook has these words."}</p>
      )}
    </div>
  );
});
