import { visibleText } from "../../shared/runs/visible-text.ts";
import type { Lab } from "../lab/lab.ts";

const BAR = 24;

/** Draws the activity on stderr while it is a terminal; call the returned function to stop and clear the line. */
export function showProgress(lab: Lab, stream: NodeJS.WriteStream = process.stderr): () => void {
  if (!stream.isTTY) return () => undefined;
  const stop = lab.subscribe((event) => {
    if (event.name !== "activityChanged" || event.payload === null) return;
    const { fraction, phase, etaMs } = event.payload;
    const filled = Math.round((fraction ?? 0) * BAR);
    const bar = "#".repeat(filled).padEnd(BAR, ".");
    const percent = fraction === null ? "" : ` ${Math.round(fraction * 100)} %`;
    const left = etaMs === null ? "" : `, ${Math.ceil(etaMs / 1000)} s left`;
    const line = visibleText(`[${bar}]${percent}${left}  ${phase}`, { lines: false });
    stream.write(`\r${line.slice(0, stream.columns - 1)}\u001b[K`);
  });
  return () => {
    stop();
    stream.write("\r\u001b[K");
  };
}
