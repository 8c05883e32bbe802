import { useMemo } from "react";
import { PICTURE, type AccessStep, type Cell, type Touch } from "./access-steps.ts";
import classes from "./access-picture.module.css";

const { m, k, n } = PICTURE;
const SIZE = 14;
const GAP = 12;
const LABEL = 14;

/** A stands left of C and B above it, so that a row and a column meet in their element. */
const PLACES = {
  a: { x: LABEL, y: LABEL + k * SIZE + GAP, rows: m, columns: k, name: "A" },
  b: { x: LABEL + k * SIZE + GAP, y: LABEL, rows: k, columns: n, name: "B" },
  c: { x: LABEL + k * SIZE + GAP, y: LABEL + k * SIZE + GAP, rows: m, columns: n, name: "C" },
} as const;
type MatrixName = keyof typeof PLACES;
const MATRICES: readonly MatrixName[] = ["a", "b", "c"];

const WIDTH = LABEL + k * SIZE + GAP + n * SIZE + 2;
const HEIGHT = LABEL + k * SIZE + GAP + m * SIZE + 2;

type Look = "idle" | "seen" | "read" | "sum" | "write";

interface AccessPictureProps {
  readonly steps: readonly AccessStep[];
  /** The step that is shown; earlier ones leave a trace. */
  readonly at: number;
}

/** The three matrices with the elements that this step touches. Its words stand beside it. */
export function AccessPicture({ steps, at }: AccessPictureProps) {
  const seen = useMemo(() => seenUntil(steps, at), [steps, at]);
  const touches = steps[at]?.touches ?? [];
  return (
    <svg className={classes["picture"]} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      {MATRICES.map((matrix) => {
        const { x, y, rows, columns, name } = PLACES[matrix];
        return (
          <g key={matrix} transform={`translate(${x} ${y})`}>
            <text className={classes["name"]} {...labelPlace(matrix)}>
              {name}
            </text>
            {Array.from({ length: rows * columns }, (_, index) => {
              const [row, column] = [Math.floor(index / columns), index % columns];
              const { look, worker } = lookOf(matrix, [row, column], touches, seen);
              return (
                <rect
                  key={index}
                  x={column * SIZE + 1}
                  y={row * SIZE + 1}
                  width={SIZE - 2}
                  height={SIZE - 2}
                  rx={1.5}
                  className={classes["cell"]}
                  data-look={look}
                  data-worker={worker}
                />
              );
            })}
          </g>
        );
      })}
    </svg>
  );
}

const labelPlace = (matrix: MatrixName) =>
  matrix === "b" ? { x: -11, y: 10 } : matrix === "a" ? { x: 1, y: -4 } : { x: n * SIZE - 10, y: -3 };

const cellKey = (matrix: MatrixName, [row, column]: Cell) => `${matrix} ${row} ${column}`;

function seenUntil(steps: readonly AccessStep[], at: number): ReadonlySet<string> {
  const before = steps.slice(0, at).flatMap(({ touches }) => touches);
  return new Set(
    before.flatMap((touch) =>
      MATRICES.flatMap((matrix) => touch[matrix].map((cell) => cellKey(matrix, cell))),
    ),
  );
}

function lookOf(
  matrix: MatrixName,
  cell: Cell,
  touches: readonly Touch[],
  seen: ReadonlySet<string>,
): { readonly look: Look; readonly worker: string } {
  const now = touches.filter((touch) =>
    touch[matrix].some(([row, column]) => row === cell[0] && column === cell[1]),
  );
  const [first] = now;
  if (first === undefined) return { look: seen.has(cellKey(matrix, cell)) ? "seen" : "idle", worker: "0" };
  const worker = now.length > 1 ? "both" : String(first.worker);
  if (matrix !== "c") return { look: "read", worker };
  return { look: first.stores ? "write" : "sum", worker };
}
