import { Checkbox } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp, Pin } from "lucide-react";
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import type { RunRow, RunView } from "../../../shared/runs/run-table.ts";
import { alignDecimals } from "../../format/align-decimals.ts";
import { ExactText } from "../../ui/exact-text.tsx";
import { columnLabel, shownValue } from "./column-names.ts";
import { openComparison, openRun } from "../../store/open-run.ts";
import { deleteRuns } from "../run-actions.ts";
import { RunColour } from "../run-colour.tsx";
import { RunStatusBadge } from "../../ui/run-status-badge.tsx";
import { pressedIn } from "../../ui/key-table.ts";
import { RUN_KEYS } from "./run-keys.ts";
import { movedRow, rowsBetween } from "./selection.ts";
import { selectRun, selectRuns, useSelectedRuns } from "./selected-runs.ts";
import { sortBy } from "./table-view.ts";
import type { RunTable } from "./use-run-table.ts";
import classes from "./run-grid.module.css";

interface RunGridProps {
  readonly table: RunTable;
  readonly view: RunView;
  readonly onVisible: (first: number, last: number) => void;
}

/** Rows beyond the edges, so that scrolling shows no gaps. */
const OVERSCAN = 12;

/**
 * The table of runs; only the rows in sight are in the page, however many there are. The active row is kept by its run,
 * so that rows which come in above do not move it.
 */
export function RunGrid({ table, view, onVisible }: RunGridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const prefix = useId();
  const selected = useSelectedRuns();
  const [activeId, setActiveId] = useState<string | null>(null);
  const [anchorId, setAnchorId] = useState<string | null>(null);
  const rowHeight = useRowHeight();
  const rows = useVirtualizer({
    count: table.total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
  });
  const items = rows.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => onVisible(first, last), [onVisible, first, last, table]);
  useEffect(() => rows.measure(), [rows, rowHeight]);

  const shown = items.flatMap(({ index }) => table.rowAt(index) ?? []);
  const aligned = alignedFigures(shown, view.columns);
  const found = activeId === null ? -1 : table.ids.indexOf(activeId);
  // Where the active run was: the one that stands there is active when it is gone, as after Delete.
  const [place, setPlace] = useState(0);
  if (found >= 0 && found !== place) setPlace(found);
  const active = found >= 0 || activeId === null ? found : Math.min(place, table.total - 1);
  const current = table.ids[active] ?? null;
  const chosen = table.ids.filter((id) => selected.has(id)).length;
  const goTo = (index: number, extend: boolean) => {
    const next = Math.min(table.total - 1, Math.max(0, index));
    const id = table.ids[next];
    if (id === undefined) return;
    setActiveId(id);
    rows.scrollToIndex(next);
    if (!extend) {
      setAnchorId(id);
      return;
    }
    selectRuns(rowsBetween(table.ids, anchorId, next));
  };
  /** @returns whether the key meant something. */
  const pressed = (key: keyof typeof RUN_KEYS | undefined): boolean => {
    if (key === "selectAll") selectRuns(table.ids);
    else if (key === "selectNone" && selected.size > 0) selectRuns([]);
    else if (current === null) return false;
    else if (key === "open") openRun(current);
    else if (key === "select") {
      selectRun(current, !selected.has(current));
      setAnchorId(current);
    } else if (key === "delete" && view.scope !== "trash") {
      void deleteRuns(selected.size > 0 ? [...selected] : [current]);
    } else if (key === "compare" && selected.size >= 2) openComparison([...selected]);
    else return false;
    return true;
  };
  const onKey = (event: KeyboardEvent) => {
    const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
    const to = movedRow(event.key, { active, pageRows, total: table.total });
    if (to !== undefined) goTo(to, event.shiftKey);
    else if (!pressed(pressedIn(RUN_KEYS, event))) return;
    event.preventDefault();
  };

  return (
    <div
      ref={scroller}
      className={classes["scroller"]}
      data-columns="chosen"
      role="grid"
      aria-label="Saved runs"
      aria-rowcount={table.total + 1}
      aria-multiselectable="true"
      aria-activedescendant={active >= first && active <= last ? `${prefix}-${active}` : undefined}
      tabIndex={0}
      onKeyDown={onKey}
      onFocus={() => {
        if (activeId === null && table.ids[0] !== undefined) setActiveId(table.ids[0]);
      }}
    >
      <div className={classes["head"]} role="row" aria-rowindex={1}>
        <span className={classes["mark"]} role="columnheader">
          <Checkbox
            aria-label="Select all matching runs"
            checked={chosen === table.total && chosen > 0}
            indeterminate={chosen > 0 && chosen < table.total}
            onChange={(event) => selectRuns(event.currentTarget.checked ? table.ids : [])}
          />
        </span>
        {["name", ...view.columns].map((column) => (
          <HeadCell key={column} column={column} sort={view.sort} />
        ))}
      </div>
      <div className={classes["rows"]} role="rowgroup" style={{ height: rows.getTotalSize() }}>
        {items.map(({ index, start, size }) => (
          <Row
            key={table.ids[index] ?? index}
            id={`${prefix}-${index}`}
            index={index}
            row={table.rowAt(index)}
            columns={view.columns}
            aligned={aligned.get(table.ids[index] ?? "")}
            place={{ height: size, transform: `translateY(${start}px)` }}
            selected={selected.has(table.ids[index] ?? "")}
            active={index === active}
            onActivate={(extend) => goTo(index, extend)}
          />
        ))}
      </div>
    </div>
  );
}

/** Decimal points under each other, a column each, over the rows in sight. */
function alignedFigures(
  rows: readonly RunRow[],
  columns: readonly string[],
): ReadonlyMap<string, readonly (string | null)[]> {
  const byColumn = columns.map((column, i) => {
    const cells = rows.map(({ values }) => shownValue(column, values[i] ?? null));
    const figures = alignDecimals(cells.filter(({ numeric }) => numeric).map(({ text }) => text));
    let next = 0;
    return cells.map(({ numeric }) => (numeric ? (figures[next++] ?? null) : null));
  });
  return new Map(rows.map(({ id }, row) => [id, byColumn.map((cells) => cells[row] ?? null)]));
}

/** A row is as high as a line with room, whatever the projector scale. */
function useRowHeight(): number {
  const [rem, setRem] = useState(() => parseFloat(getComputedStyle(document.documentElement).fontSize));
  useEffect(() => {
    const watch = new ResizeObserver(() =>
      setRem(parseFloat(getComputedStyle(document.documentElement).fontSize)),
    );
    watch.observe(document.documentElement);
    return () => watch.disconnect();
  }, []);
  return 2.25 * rem;
}

function HeadCell({ column, sort }: { readonly column: string; readonly sort: RunView["sort"] }) {
  const sorted = sort.column === column;
  const Arrow = sort.descending ? ArrowDown : ArrowUp;
  return (
    <span
      className={classes[column === "name" ? "name" : "cell"]}
      role="columnheader"
      aria-sort={sorted ? (sort.descending ? "descending" : "ascending") : "none"}
    >
      <button type="button" className={classes["sort"]} onClick={() => sortBy(column, sort)}>
        {columnLabel(column)}
        {sorted && <Arrow size="0.75rem" aria-hidden="true" />}
      </button>
    </span>
  );
}

interface RowProps {
  readonly id: string;
  readonly index: number;
  readonly row: RunRow | undefined;
  readonly columns: readonly string[];
  /** The figures of its columns, padded to stand under those of the other rows; null for texts. */
  readonly aligned: readonly (string | null)[] | undefined;
  readonly place: { readonly height: number; readonly transform: string };
  readonly selected: boolean;
  readonly active: boolean;
  readonly onActivate: (extend: boolean) => void;
}

function Row({ id, index, row, columns, aligned, place, selected, active, onActivate }: RowProps) {
  const shared = {
    id,
    className: classes["row"],
    role: "row",
    style: place,
    "aria-rowindex": index + 2,
    "data-active": active,
    "data-selected": selected,
  };
  if (row === undefined) {
    return (
      <div {...shared}>
        <span className={classes["cell"]} role="gridcell">
          …
        </span>
      </div>
    );
  }
  return (
    <div
      {...shared}
      aria-selected={selected}
      onMouseDown={(event) => {
        if (event.shiftKey) event.preventDefault();
        onActivate(event.shiftKey);
      }}
    >
      <span className={classes["mark"]} role="gridcell">
        <Checkbox
          aria-label={`Select ${row.name}`}
          tabIndex={-1}
          checked={selected}
          onMouseDown={(event) => event.stopPropagation()}
          onChange={(event) => selectRun(row.id, event.currentTarget.checked)}
        />
      </span>
      <span className={classes["name"]} role="gridcell">
        <RunColour colour={row.colour} />
        {row.pinned && <Pin size="0.875rem" aria-label="pinned" />}
        <button
          type="button"
          className={classes["open"]}
          tabIndex={-1}
          data-run={row.id}
          title={row.differs === "" ? row.name : `${row.differs}: ${row.name}`}
          onClick={(event) => {
            if (!event.shiftKey) openRun(row.id);
          }}
        >
          {row.differs === "" ? (
            row.name
          ) : (
            <>
              {row.differs} <span className={classes["quiet"]}>{row.name}</span>
            </>
          )}
        </button>
      </span>
      {columns.map((column, i) => (
        <Cell
          key={column}
          column={column}
          row={row}
          value={row.values[i] ?? null}
          aligned={aligned?.[i] ?? null}
        />
      ))}
    </div>
  );
}

function Cell({
  column,
  row,
  value,
  aligned,
}: {
  readonly column: string;
  readonly row: RunRow;
  readonly value: RunRow["values"][number];
  readonly aligned: string | null;
}) {
  if (column === "status") {
    return (
      <span className={classes["cell"]} role="gridcell">
        <RunStatusBadge status={row.status} />
      </span>
    );
  }
  if (column === "tags") {
    return (
      <span className={classes["cell"]} role="gridcell" title={row.tags.join(" ")}>
        {row.tags.map((tag, index) => (
          <span key={index} className={classes["tag"]}>
            {tag}
          </span>
        ))}
      </span>
    );
  }
  const { text, exact, numeric } = shownValue(column, value);
  return (
    <span className={classes["cell"]} role="gridcell" data-numeric={numeric}>
      {numeric ? <ExactText text={aligned ?? text} exact={exact} /> : <span title={exact}>{text}</span>}
    </span>
  );
}
