import { memo, useCallback, useEffect, useRef, useState } from "react";
import { cellLabel, type DocumentCell } from "../../../shared/documents/lab-document.ts";
import { formatDuration } from "../../../shared/format/duration.ts";
import { useStore } from "../../store/create-store.ts";
import { findingStore, foundIn } from "../document/find-store.ts";
import { openStore } from "../document/open-notebook.ts";
import type { FoundMark } from "../editor/cell-marks.ts";
import { conditionOf } from "../kernel/cell-condition.ts";
import { exercisesStore, exerciseMarks } from "../kernel/exercise-store.ts";
import { failureMarks } from "../kernel/failure-marks.ts";
import { sessionStore } from "../kernel/session-store.ts";
import { problemsStore } from "../language/language-client.ts";
import type { Problem } from "../language/language-protocol.ts";
import { CellOutputs } from "../outputs/cell-outputs.tsx";
import { CellBody } from "./cell-body.tsx";
import { choose, commandKey } from "./cell-commands.ts";
import { CellTools } from "./cell-tools.tsx";
import { ExercisePanel } from "./exercise-panel.tsx";
import { ConditionMark } from "./condition-mark.tsx";
import { cellElementId, focusRequestStore, stopWriting, writingStore } from "./focus-request.ts";
import { usePresence } from "./use-presence.ts";
import { whenRested } from "./when-rested.ts";
import classes from "./cell-frame.module.css";

const KIND_NAMES: Readonly<Record<DocumentCell["kind"], string>> = {
  md: "text",
  code: "code",
  exercise: "exercise",
  locked: "locked text of another language",
  unknown: "of a later version",
};
const NO_PROBLEMS: readonly Problem[] = [];
const NO_MATCHES: readonly FoundMark[] = [];

interface CellFrameProps {
  readonly cell: DocumentCell;
  readonly number: number;
  readonly count: number;
  readonly readOnly: boolean;
}

/** One cell of the notebook: how it stands, its text, and what it gave. */
export const CellFrame = memo(function CellFrame({ cell, number, count, readOnly }: CellFrameProps) {
  const { id, kind } = cell;
  const box = useRef<HTMLElement>(null);
  const chosen = useStore(openStore, (open) => open?.edit.chosen === id);
  const canRun = kind === "code" || kind === "exercise";
  const words = useStore(sessionStore, (session) => {
    const shown = conditionOf(id, session);
    return `${shown.condition}|${shown.words}`;
  });
  const shown = conditionFrom(words);
  const result = useStore(sessionStore, ({ results }) => results.get(id)) ?? null;
  const tooEarly = useStore(sessionStore, ({ standings }) => standings.get(id)?.tooEarly);
  const failed = useStore(sessionStore, ({ results }) => failureMarks(results, id));
  const blamed = useStore(exercisesStore, ({ checked }) => exerciseMarks(checked.get(id), cell));
  const lines = blamed.length > 0 ? blamed : failed;
  const problems = useStore(problemsStore, (known) => known.get(id)) ?? NO_PROBLEMS;
  const request = useStore(focusRequestStore, (wanted) => (wanted?.cell === id ? wanted : null));
  const matches = useMatches(id);
  const writing = useStore(writingStore, (cell) => cell === id);
  const done = useCallback(() => focusRequestStore.set(null), []);
  const presence = usePresence(box, {
    wanted: request?.mode === "edit",
    hasMore: kind === "exercise" || result !== null,
  });
  const { dressed, editor } = presence;
  // What it is run with may push the chosen cell out of sight: its result is there all the same.
  const near = presence.near || chosen;
  const [pointed, setPointed] = useState(false);
  // Cells that only pass under the pointer get no tools.
  const leftPointer = useRef((): void => undefined);
  const editing = kind === "md" ? writing && !readOnly : editor;

  useEffect(() => {
    if (request === null) return;
    if (request.mode === "edit") {
      // What has no text to write is chosen all the same.
      if (kind === "locked" || kind === "unknown" || (kind === "md" && readOnly)) {
        box.current?.focus();
        done();
      }
      return;
    }
    box.current?.focus();
    box.current?.scrollIntoView({ block: "nearest" });
    done();
  }, [request, done, kind, readOnly]);

  const name = cellLabel(cell);
  const label = [
    `Cell ${number} of ${count}`,
    KIND_NAMES[kind],
    ...(name === id ? [] : [name]),
    ...(canRun ? [shown.words] : []),
  ].join(", ");
  const ms = result?.result?.wallMs;
  return (
    <section
      ref={box}
      id={cellElementId(id)}
      className={classes["cell"]}
      data-kind={kind}
      data-dressed={dressed}
      style={{ containIntrinsicSize: `1px auto ${farHeightRem(cell)}rem` }}
      data-chosen={chosen}
      data-condition={canRun ? shown.condition : undefined}
      aria-label={label}
      tabIndex={chosen ? 0 : -1}
      onFocus={() => choose(id)}
      onPointerEnter={() => {
        leftPointer.current();
        leftPointer.current = whenRested(() => setPointed(true));
      }}
      onPointerLeave={() => {
        leftPointer.current();
        setPointed(false);
      }}
      onPointerDown={() => choose(id)}
      onKeyDown={(event) => {
        const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
        if (event.target !== event.currentTarget || !plain) return;
        if (commandKey(id, event)) event.preventDefault();
      }}
    >
      <div className={classes["gutter"]}>
        <span className={classes["number"]} aria-hidden="true">
          {number}
        </span>
        {canRun && <ConditionMark shown={shown} />}
        {canRun && ms !== undefined && result?.result !== null && (
          <span className={classes["time"]}>{formatDuration(ms)}</span>
        )}
      </div>
      <div className={classes["body"]}>
        {(chosen || pointed) && (
          <CellTools
            id={id}
            kind={kind}
            number={number}
            readOnly={readOnly}
            running={shown.condition === "running"}
          />
        )}
        {name !== id && kind !== "md" && <h3 className={classes["title"]}>{name}</h3>}
        <CellBody
          cell={cell}
          number={number}
          dressed={dressed}
          editing={editing}
          readOnly={readOnly}
          problems={problems}
          lines={lines}
          found={matches}
          focus={request}
          onFocused={done}
          onBlur={() => stopWriting(id)}
        />
        {tooEarly !== undefined && tooEarly.length > 0 && (
          <p className={classes["early"]}>
            {tooEarly.map(({ name: early, definedIn }) => (
              <span key={early}>
                <code>{early}</code> is only defined below, in cell <PlaceNumber id={definedIn} />.{" "}
              </span>
            ))}
          </p>
        )}
        {kind === "exercise" && near && <ExercisePanel cell={cell} number={number} />}
        {canRun && <CellOutputs id={id} number={number} shown={result} near={near} />}
      </div>
    </section>
  );
});

/**
 * How high it is: what is far away is not laid out. Where it proves wrong, all that stands below moves and is drawn anew,
 * so edges, paddings, lines and the title count as the style sheets give them.
 */
function farHeightRem(cell: DocumentCell): number {
  const lines = cell.source.split("\n");
  if (cell.kind === "md") {
    const blocks = lines.filter((line) => line.trim() !== "").length;
    return 1.125 + blocks * 1.27 + Math.max(0, blocks - 1) * 0.5;
  }
  return 2.125 + lines.length * 1.21875 + (cellLabel(cell) === cell.id ? 0 : 1.77);
}

function conditionFrom(words: string) {
  const [condition = "never run", text = ""] = words.split("|");
  // Both were put together above.
  return { condition: condition as ReturnType<typeof conditionOf>["condition"], words: text };
}

/** The number of another cell. */
function PlaceNumber({ id }: { readonly id: string }) {
  const at = useStore(
    openStore,
    (open) => open?.edit.document.cells.findIndex((cell) => cell.id === id) ?? -1,
  );
  return <>{at < 0 ? id : at + 1}</>;
}

/** What is looked for, where it stands in this cell. */
function useMatches(id: string): readonly FoundMark[] {
  const finding = useStore(findingStore);
  const cells = useStore(openStore, (open) => (finding === null ? undefined : open?.edit.document.cells));
  if (finding === null || cells === undefined) return NO_MATCHES;
  const { places } = foundIn(finding.settings, cells);
  const here = places.flatMap((place, at) =>
    place.cell === id ? [{ from: place.from, to: place.to, current: at === finding.current }] : [],
  );
  return here.length === 0 ? NO_MATCHES : here;
}
