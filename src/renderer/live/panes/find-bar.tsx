import { ActionIcon, Button, Checkbox, TextInput } from "@mantine/core";
import { ChevronDown, ChevronUp, X } from "lucide-react";
import { useStore } from "../../store/create-store.ts";
import { choose } from "../cell/cell-commands.ts";
import { requestFocus } from "../cell/focus-request.ts";
import { changeFind, closeFind, findingStore, foundIn } from "../document/find-store.ts";
import { replaceOne, replaceText } from "../document/find-text.ts";
import { edit, isReadOnly, type OpenNotebook } from "../document/open-notebook.ts";
import classes from "./panes.module.css";

/** Find and replace over the whole notebook. */
export function FindBar({ open }: { readonly open: OpenNotebook }) {
  const finding = useStore(findingStore);
  if (finding === null) return null;
  const { settings, by, current } = finding;
  const { cells } = open.edit.document;
  const { places, pattern, reason } = foundIn(settings, cells);
  const replacing = finding.replacing && !isReadOnly(open);
  const here = Math.min(current, Math.max(0, places.length - 1));
  const go = (step: number, enter = false): void => {
    if (places.length === 0) return;
    const next = (here + step + places.length) % places.length;
    changeFind({ current: next });
    const place = places[next];
    if (place === undefined) return;
    choose(place.cell);
    if (enter) requestFocus({ cell: place.cell, mode: "edit", at: { offset: place.from, to: place.to } });
    else document.getElementById(`live-cell-${place.cell}`)?.scrollIntoView({ block: "center" });
  };
  const replaceHere = (): void => {
    const place = places[here];
    const cell = cells.find(({ id }) => id === place?.cell);
    if (place === undefined || cell === undefined || pattern === null) return;
    const source = replaceOne(cell.source, place, pattern, {
      text: by,
      regularExpression: settings.regularExpression,
    });
    edit({ type: "sources", sources: new Map([[cell.id, source]]), what: "replacing a match" });
  };
  const replaceAll = (): void => {
    if (pattern === null) return;
    const { sources, count } = replaceText(cells, pattern, {
      text: by,
      regularExpression: settings.regularExpression,
    });
    edit({ type: "sources", sources, what: `replacing ${count} matches` });
  };
  const count = reason !== "" ? reason : places.length === 0 ? "none" : `${here + 1} of ${places.length}`;
  return (
    <div
      className={classes["find"]}
      role="search"
      aria-label="Find in the notebook"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        closeFind();
        const { chosen } = open.edit;
        if (chosen !== null) requestFocus({ cell: chosen, mode: "command" });
      }}
    >
      <TextInput
        aria-label="Find"
        placeholder="Find"
        data-find
        autoFocus
        value={settings.text}
        onChange={(event) => changeFind({ settings: { text: event.currentTarget.value }, current: 0 })}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          go(event.shiftKey ? -1 : 1);
        }}
      />
      <span className={classes["count"]} role="status">
        {settings.text === "" ? "" : count}
      </span>
      <ActionIcon aria-label="Previous match" title="Previous (Shift+Enter)" onClick={() => go(-1, true)}>
        <ChevronUp size="1rem" />
      </ActionIcon>
      <ActionIcon aria-label="Next match" title="Next (Enter)" onClick={() => go(1, true)}>
        <ChevronDown size="1rem" />
      </ActionIcon>
      <Checkbox
        label="Case"
        checked={settings.matchCase}
        onChange={(event) => changeFind({ settings: { matchCase: event.currentTarget.checked } })}
      />
      <Checkbox
        label="Word"
        checked={settings.wholeWord}
        onChange={(event) => changeFind({ settings: { wholeWord: event.currentTarget.checked } })}
      />
      <Checkbox
        label="Pattern"
        checked={settings.regularExpression}
        onChange={(event) => changeFind({ settings: { regularExpression: event.currentTarget.checked } })}
      />
      {replacing && (
        <>
          <TextInput
            aria-label="Replace by"
            placeholder="Replace by"
            value={by}
            onChange={(event) => changeFind({ by: event.currentTarget.value })}
          />
          <Button variant="default" disabled={places.length === 0} onClick={replaceHere}>
            Replace
          </Button>
          <Button variant="default" disabled={places.length === 0} onClick={replaceAll}>
            Replace all
          </Button>
        </>
      )}
      <ActionIcon aria-label="Close find" title="Close (Escape)" onClick={closeFind}>
        <X size="1rem" />
      </ActionIcon>
    </div>
  );
}
