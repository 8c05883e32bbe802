import { Button, CloseButton, TextInput } from "@mantine/core";
import { Archive, Pencil, Pin, Printer, Trash2 } from "lucide-react";
import { useState } from "react";
import { runChangeSchema } from "../../../shared/runs/run-changes.ts";
import type { RunSummary } from "../../../shared/runs/run-records.ts";
import { problemOf } from "../../preferences/check-number.ts";
import { saveReport } from "./save-report.ts";
import { ExportMenu } from "../table/export-menu.tsx";
import { leaveRun } from "../../store/open-run.ts";
import { changeRuns } from "../../store/change-runs.ts";
import { archiveRuns, deleteRuns, restoreRuns } from "../run-actions.ts";
import { ColourChoice, RunColour } from "../run-colour.tsx";
import { RunStatusBadge } from "../../ui/run-status-badge.tsx";
import classes from "../runs.module.css";
import part from "../../ui/run-part.module.css";

const { name: nameSchema, addTags: tagsSchema } = runChangeSchema.entries;
const icon = { size: "0.875rem", "aria-hidden": true } as const;

/** A run's name, state and tags, and what can be done with the run as a whole. */
export function RunHead({ run }: { readonly run: RunSummary }) {
  const { id, name, status, colour, pinned, archivedAt, deletedAt } = run;
  return (
    <>
      <div className={classes["head"]}>
        <RunColour colour={colour} />
        <Name key={name} runId={id} name={name} />
        <RunStatusBadge status={status} />
        {archivedAt !== null && <span className={classes["state"]}>archived</span>}
        {deletedAt !== null && <span className={classes["state"]}>in the trash</span>}
      </div>
      <div className={`${part["tools"] ?? ""} ${classes["noPrint"] ?? ""}`}>
        <Tags runId={id} tags={run.tags} />
        <ColourChoice colour={colour} onChoose={(chosen) => void changeRuns([id], { colour: chosen })} />
        <Button
          size="xs"
          variant="default"
          leftSection={<Pin {...icon} />}
          aria-pressed={pinned}
          onClick={() => void changeRuns([id], { pinned: !pinned })}
        >
          {pinned ? "Unpin" : "Pin"}
        </Button>
        <ExportMenu runIds={[id]} label="Export" />
        <Button
          size="xs"
          variant="default"
          leftSection={<Printer {...icon} />}
          onClick={() => void saveReport(`Report of ${name}`)}
        >
          Report as PDF
        </Button>
        <Button
          size="xs"
          variant="default"
          leftSection={<Archive {...icon} />}
          onClick={() => void archiveRuns([id], archivedAt === null)}
        >
          {archivedAt === null ? "Archive" : "Take out of the archive"}
        </Button>
        {deletedAt === null ? (
          <Button
            size="xs"
            variant="default"
            leftSection={<Trash2 {...icon} />}
            disabled={status === "running"}
            onClick={() => {
              void deleteRuns([id]);
              leaveRun();
            }}
          >
            Delete
          </Button>
        ) : (
          <Button size="xs" variant="default" onClick={() => void restoreRuns([id])}>
            Restore
          </Button>
        )}
      </div>
    </>
  );
}

function Name({ runId, name }: { readonly runId: string; readonly name: string }) {
  const [draft, setDraft] = useState<string | null>(null);
  if (draft === null) {
    return (
      <>
        <h2>{name}</h2>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          className={classes["noPrint"] ?? ""}
          leftSection={<Pencil {...icon} />}
          onClick={() => setDraft(name)}
        >
          Rename
        </Button>
      </>
    );
  }
  const problem = draft.trim() === "" ? null : problemOf(nameSchema, draft);
  const save = async () => {
    if (problem !== null) return;
    if (draft.trim() === "" || draft.trim() === name || (await changeRuns([runId], { name: draft.trim() }))) {
      setDraft(null);
    }
  };
  return (
    <form
      className={classes["nameForm"]}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextInput
        size="xs"
        aria-label="Name of the run"
        className={classes["filter"] ?? ""}
        autoFocus
        error={problem}
        value={draft}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") setDraft(null);
        }}
      />
      <Button type="submit" size="xs" disabled={problem !== null}>
        Save name
      </Button>
    </form>
  );
}

function Tags({ runId, tags }: { readonly runId: string; readonly tags: readonly string[] }) {
  const [text, setText] = useState("");
  const added = text.split(/[\s,]+/).filter((tag) => tag !== "");
  const problem = problemOf(tagsSchema, added);
  return (
    <form
      className={classes["tags"]}
      onSubmit={(event) => {
        event.preventDefault();
        if (added.length > 0 && problem === null) {
          void changeRuns([runId], { addTags: added }).then((saved) => (saved ? setText("") : undefined));
        }
      }}
    >
      {tags.map((tag, index) => (
        <span key={index} className={classes["tag"]}>
          {tag}
          <CloseButton
            size="sm"
            aria-label={`Take away the tag ${tag}`}
            onClick={() => void changeRuns([runId], { removeTags: [tag] })}
          />
        </span>
      ))}
      <TextInput
        size="xs"
        aria-label="Add tags"
        placeholder="add a tag"
        error={problem}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </form>
  );
}
