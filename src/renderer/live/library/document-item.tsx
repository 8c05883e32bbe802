import { ActionIcon, Button, Menu, Popover, TextInput } from "@mantine/core";
import { EllipsisVertical } from "lucide-react";
import { useState } from "react";
import { counted } from "../../../core/counted.ts";
import type { DocumentEntry } from "../../../shared/documents/document-records.ts";
import { formatDate } from "../../../shared/format/date.ts";
import { ConfirmButton } from "../../ui/confirm-button.tsx";
import { openDocument } from "../document/open-notebook.ts";
import {
  createDocument,
  deleteForGood,
  renameDocument,
  restoreDocument,
  tagDocument,
  trashDocument,
} from "./library-store.ts";
import classes from "./library.module.css";

interface DocumentItemProps {
  readonly entry: DocumentEntry;
  /** Whether it is the one that is shown. */
  readonly open: boolean;
}

/** A notebook in the list. */
export function DocumentItem({ entry, open }: DocumentItemProps) {
  const { id, title, tags, updatedAt, cells, bundled, problem, deletedAt } = entry;
  const [writing, setWriting] = useState<"title" | "tags" | null>(null);
  return (
    <li className={classes["item"]} data-open={open}>
      <button
        type="button"
        className={classes["name"]}
        aria-current={open ? "true" : undefined}
        disabled={deletedAt !== null}
        onClick={() => void openDocument(id)}
      >
        <span className={classes["titleText"]}>{title}</span>
        <span className={classes["facts"]}>
          {bundled ? "comes with the app" : formatDate(updatedAt)} · {counted(cells, "cell")}
        </span>
        {tags.length > 0 && (
          <span className={classes["facts"]}>{tags.map((tag) => `#${tag}`).join(" ")}</span>
        )}
        {problem !== null && <span className={classes["problem"]}>{problem}</span>}
      </button>
      {deletedAt === null ? (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon aria-label={`More for ${title}`} title="More">
              <EllipsisVertical size="1rem" />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => void createDocument({ kind: "copy", id }, null)}>
              {bundled ? "Make it mine" : "Duplicate"}
            </Menu.Item>
            {!bundled && (
              <>
                <Menu.Item onClick={() => setWriting("title")}>Rename</Menu.Item>
                <Menu.Item onClick={() => setWriting("tags")}>Tags</Menu.Item>
                <Menu.Item onClick={() => void trashDocument(entry)}>Move to the trash</Menu.Item>
              </>
            )}
          </Menu.Dropdown>
        </Menu>
      ) : (
        <span className={classes["trashed"]}>
          <Button variant="default" onClick={() => void restoreDocument(id)}>
            Restore
          </Button>
          <ConfirmButton
            question={`"${title}", its versions and outputs will be gone for good.`}
            confirm="Delete for good"
            onConfirm={() => void deleteForGood(id)}
          >
            Delete
          </ConfirmButton>
        </span>
      )}
      {writing !== null && (
        <WriteField key={writing} entry={entry} what={writing} onDone={() => setWriting(null)} />
      )}
    </li>
  );
}

interface WriteFieldProps {
  readonly entry: DocumentEntry;
  readonly what: "title" | "tags";
  readonly onDone: () => void;
}

/** A new title, or tags with commas between. */
function WriteField({ entry, what, onDone }: WriteFieldProps) {
  const [text, setText] = useState(what === "title" ? entry.title : entry.tags.join(", "));
  const write = (): void => {
    onDone();
    if (what === "title") {
      const title = text.trim();
      if (title !== "" && title !== entry.title) void renameDocument(entry.id, title);
      return;
    }
    const tags = text
      .split(",")
      .map((tag) => tag.trim().replace(/^#/, ""))
      .filter((tag) => tag !== "");
    void tagDocument(entry.id, [...new Set(tags)]);
  };
  return (
    <Popover opened onDismiss={onDone} trapFocus returnFocus position="bottom">
      <Popover.Target>
        <span className={classes["anchor"]} />
      </Popover.Target>
      <Popover.Dropdown>
        <form
          className={classes["form"]}
          onSubmit={(event) => {
            event.preventDefault();
            write();
          }}
        >
          <TextInput
            label={what === "title" ? "Title" : "Tags, with commas between"}
            value={text}
            maxLength={200}
            data-autofocus
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Button type="submit">{what === "title" ? "Rename" : "Set tags"}</Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
