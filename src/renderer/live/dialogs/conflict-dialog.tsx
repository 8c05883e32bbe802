import { Button, Modal, SegmentedControl } from "@mantine/core";
import { useMemo, useState } from "react";
import { counted } from "../../../core/counted.ts";
import type { DocumentConflict } from "../../../shared/documents/document-records.ts";
import { cellLabel, type DocumentCell } from "../../../shared/documents/lab-document.ts";
import { readLabDocument } from "../../../shared/documents/read-lab-document.ts";
import { useStore } from "../../store/create-store.ts";
import { mergeCells, type Side } from "../document/merge-cells.ts";
import { openStore, settleConflict, type OpenNotebook } from "../document/open-notebook.ts";
import { TextDiff } from "../editor/late-editors.tsx";
import classes from "./dialogs.module.css";

/** The file was changed by another program while it was written here: what to keep, cell by cell. */
export function ConflictDialog() {
  const open = useStore(openStore);
  const conflict = open?.conflict ?? null;
  return (
    <Modal
      lockScroll={false}
      opened={conflict !== null}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="The file was changed by another program"
      size="64rem"
    >
      {open !== null && conflict !== null && (
        <Conflict key={conflict.version} open={open} conflict={conflict} />
      )}
    </Modal>
  );
}

const textOfCell = (cell: DocumentCell | null): string => cell?.source ?? "";

function Conflict({ open, conflict }: { readonly open: OpenNotebook; readonly conflict: DocumentConflict }) {
  const mine = open.edit.document;
  const { file } = open.entry;
  const [theirs, merge] = useMemo(() => {
    const base = readLabDocument(file, conflict.base).document;
    const other = readLabDocument(file, conflict.theirs).document;
    return [other, mergeCells(base, mine, other)] as const;
  }, [file, conflict, mine]);
  const [choices, setChoices] = useState<ReadonlyMap<string, Side>>(new Map());
  const { conflicts, settled, resolve } = merge;
  return (
    <div className={classes["stack"]}>
      <p>
        Nothing has been overwritten.{" "}
        {settled > 0 && `Changed only there, and taken: ${counted(settled, "cell")}. `}
        {conflicts.length === 0
          ? "No cell was changed on both sides."
          : `Changed on both sides: ${counted(conflicts.length, "cell")}; choose for each.`}
      </p>
      {conflicts.map(({ id, mine: here, theirs: there }) => {
        const label = cellLabel(here ?? there ?? { ...emptyCell, id });
        return (
          <section key={id} className={classes["conflict"]} aria-label={`Cell ${label}`}>
            <SegmentedControl
              aria-label={`What to keep of cell ${label}`}
              value={choices.get(id) ?? "mine"}
              onChange={(side) => setChoices(new Map(choices).set(id, side))}
              data={[
                { value: "mine", label: here === null ? "Mine: deleted" : "Mine" },
                { value: "theirs", label: there === null ? "Theirs: deleted" : "Theirs" },
                { value: "both", label: "Both", disabled: here === null || there === null },
              ]}
            />
            <TextDiff
              left={textOfCell(here)}
              right={textOfCell(there)}
              leftLabel="Mine"
              rightLabel="Theirs"
            />
          </section>
        );
      })}
      <div className={classes["actions"]}>
        <Button variant="default" onClick={() => settleConflict(mine)}>
          Keep all of mine
        </Button>
        <Button variant="default" onClick={() => settleConflict(theirs)}>
          Take all of theirs
        </Button>
        <Button onClick={() => settleConflict(resolve(choices))}>Merge as chosen</Button>
      </div>
    </div>
  );
}

const emptyCell: Omit<DocumentCell, "id"> = {
  kind: "code",
  marker: "code",
  attributes: {},
  source: "",
  metadata: null,
};
