import { OctagonAlert } from "lucide-react";
import { Fragment } from "react";
import type { CellError } from "../../../shared/live/cell-result.ts";
import { isCheck } from "../../../shared/documents/exercise.ts";
import { CellSentence, PlaceLink } from "./place-link.tsx";
import classes from "./outputs.module.css";

/** More places than these help nobody. */
const MOST_FRAMES = 6;

interface CellErrorViewProps {
  readonly error: CellError;
  /** A check's own report stands above and says more. */
  readonly checkShown: boolean;
}

/** Why a cell did not run to its end, with the lines that led there. */
export function CellErrorView({ error, checkShown }: CellErrorViewProps) {
  const { kind, name, message } = error;
  if (kind === "check" && checkShown) return null;
  // Which lines a check went through before it called the cell is of no interest.
  const frames = error.frames.filter(
    ({ cell }, at) => at === 0 || !isCheck(cell) || !isCheck(error.frames[at - 1]?.cell ?? ""),
  );
  return (
    <div className={classes["error"]} role="group" aria-label="Error">
      <OctagonAlert size="1rem" aria-hidden="true" />
      <div>
        <p>
          {kind !== "stopped" && <strong>{name}: </strong>}
          <span className={classes["message"]}>
            <CellSentence text={message} />
          </span>
        </p>
        {frames.length > 0 && (
          <p className={classes["frames"]}>
            at{" "}
            {frames.slice(0, MOST_FRAMES).map((frame, at) => (
              <Fragment key={at}>
                {at > 0 && ", called from "}
                <PlaceLink place={frame} />
                {!["", "<anonymous>"].includes(frame.function) && <code> {frame.function}</code>}
              </Fragment>
            ))}
            {frames.length > MOST_FRAMES && ` and ${frames.length - MOST_FRAMES} more`}
          </p>
        )}
      </div>
    </div>
  );
}
