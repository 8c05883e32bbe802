import { Button, Modal, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { counted } from "../../../core/counted.ts";
import type { DocumentVersion } from "../../../shared/documents/document-records.ts";
import { ask } from "../../bridge/lab.ts";
import { formatMoment } from "../../../shared/format/date.ts";
import { createStore, useStore } from "../../store/create-store.ts";
import { showFailure } from "../../store/lab-store.ts";
import { openStore, replaceSaved, saveNow, textOf, type OpenNotebook } from "../document/open-notebook.ts";
import { TextDiff } from "../editor/late-editors.tsx";
import classes from "./dialogs.module.css";

export const versionsOpenStore = createStore(false);

const ORIGINS: Readonly<Record<DocumentVersion["origin"], string>> = {
  new: "made",
  edit: "written",
  outside: "written by another program",
  restored: "restored",
  recovered: "recovered after a crash",
};

/** Earlier texts of the open notebook, each beside the present one. */
export function VersionsDialog() {
  const opened = useStore(versionsOpenStore);
  const open = useStore(openStore);
  return (
    <Modal
      lockScroll={false}
      opened={opened && open !== null}
      onClose={() => versionsOpenStore.set(false)}
      title="Versions"
      size="72rem"
    >
      {open !== null && <Versions open={open} />}
    </Modal>
  );
}

function Versions({ open }: { readonly open: OpenNotebook }) {
  const { id } = open.entry;
  const [versions, setVersions] = useState<readonly DocumentVersion[]>([]);
  const [chosen, setChosen] = useState<DocumentVersion | null>(null);
  const [read, setRead] = useState<{ readonly version: number; readonly text: string } | null>(null);
  const [again, setAgain] = useState(0);
  useEffect(() => {
    let current = true;
    void saveNow()
      .then(() => ask(window.lab.documentsVersions({ id })))
      .then((list) => {
        if (!current) return;
        setVersions(list);
        setChosen(
          (before) => list.find(({ version }) => version === before?.version) ?? list[1] ?? list[0] ?? null,
        );
      })
      .catch((error: unknown) => showFailure("The versions cannot be listed", error));
    return () => {
      current = false;
    };
  }, [id, again]);
  const version = chosen?.version ?? null;
  useEffect(() => {
    if (version === null) return undefined;
    let current = true;
    ask(window.lab.documentsVersionText({ id, version })).then(
      (found) => current && setRead({ version, text: found.text }),
      (error: unknown) => showFailure("The version cannot be read", error),
    );
    return () => {
      current = false;
    };
  }, [id, version]);
  // What was read of another version must not be taken for this one.
  const text = read?.version === version ? read.text : null;
  const same = text === textOf(open);
  const restore = async (): Promise<void> => {
    if (version === null || text === null) return;
    try {
      const { baseVersion } = openStore.get() ?? open;
      const saved = await ask(window.lab.documentsRestoreVersion({ id, version, baseVersion }));
      if (saved.kind === "saved") replaceSaved(saved.entry, text);
      versionsOpenStore.set(false);
    } catch (error) {
      showFailure("The version was not restored", error);
    }
  };
  return (
    <div className={classes["columns"]}>
      <ul className={classes["list"]} aria-label="Versions">
        {versions.map((one) => (
          <li key={one.version}>
            <button type="button" aria-current={one.version === version} onClick={() => setChosen(one)}>
              {one.name ?? formatMoment(one.at)}
              <br />
              <span className={classes["facts"]}>
                {one.name === null ? "" : `${formatMoment(one.at)}, `}
                {ORIGINS[one.origin]}, {counted(one.cells, "cell")}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <div className={classes["stack"]}>
        {chosen !== null && text !== null && (
          <>
            <div className={classes["sides"]}>
              <span>{chosen.name ?? formatMoment(chosen.at)}</span>
              <span>now</span>
            </div>
            {same ? (
              <p className={classes["facts"]}>Every line is as it is now.</p>
            ) : (
              <TextDiff
                left={text}
                right={textOf(open)}
                leftLabel="That version"
                rightLabel="The present text"
              />
            )}
            <NameVersion key={chosen.version} id={id} version={chosen} onNamed={() => setAgain(again + 1)} />
            <div className={classes["actions"]}>
              <Button disabled={same} onClick={() => void restore()}>
                Restore this version
              </Button>
            </div>
          </>
        )}
      </div>
    </div>
  );
}

interface NameVersionProps {
  readonly id: string;
  readonly version: DocumentVersion;
  readonly onNamed: () => void;
}

/** A named version is kept for good. */
function NameVersion({ id, version: { version, name }, onNamed }: NameVersionProps) {
  const [text, setText] = useState(name ?? "");
  const write = async (): Promise<void> => {
    try {
      await ask(
        window.lab.documentsNameVersion({ id, version, name: text.trim() === "" ? null : text.trim() }),
      );
      onNamed();
    } catch (error) {
      showFailure("The version was not named", error);
    }
  };
  return (
    <TextInput
      label="Name of this version; named ones are kept for good"
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => {
        if (text.trim() !== (name ?? "")) void write();
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
      }}
    />
  );
}
