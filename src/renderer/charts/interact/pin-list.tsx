import { X } from "lucide-react";
import type { PointText } from "../kit/figure.ts";
import classes from "../kit/chart-figure.module.css";

interface PinListProps {
  readonly title: string;
  readonly texts: readonly PointText[];
  readonly onRemove: (index: number) => void;
}

/** The values that were pinned, by the numbers on the chart. */
export function PinList({ title, texts, onRemove }: PinListProps) {
  if (texts.length === 0) return null;
  return (
    <ol className={classes["pins"]} aria-label={`Pinned values: ${title}`}>
      {texts.map((text, index) => (
        <li key={index}>
          <span className={classes["pinNumber"]}>{index + 1}</span>
          <span>
            <strong>{text.title}</strong> {text.lines.join("; ")}
          </span>
          <button
            type="button"
            className={classes["unpin"]}
            aria-label={`Unpin ${text.title}`}
            onClick={() => onRemove(index)}
          >
            <X size="0.875rem" aria-hidden="true" />
          </button>
        </li>
      ))}
    </ol>
  );
}
