import { counted } from "../../core/counted.ts";
import type { ImportOutcome } from "../../shared/experiments/imported.ts";
import type { ImportedRuns } from "../../shared/runs/run-exports.ts";

interface Notice {
  readonly title: string;
  /** "" where the title says it all. */
  readonly message: string;
}

/** More are on the pages of the runs. */
const SHOWN_NOTES = 3;

/** What became of the runs of bundles, in words. */
export function importedNotice({ added, replaced, skipped, inTrash, cancelled }: ImportedRuns): Notice {
  const told = [
    replaced.length > 0
      ? `Replaced, as the one here was not finished: ${counted(replaced.length, "run")}.`
      : "",
    skipped.length > 0 ? `There already: ${counted(skipped.length, "run")}.` : "",
    inTrash.length > 0
      ? `In the trash: ${counted(inTrash.length, "run")}; restore there what you want to see.`
      : "",
    cancelled ? "The others were not taken: import again for them." : "",
  ].filter((part) => part !== "");
  const runs = added.length + replaced.length;
  const taken = cancelled && runs === 0 ? "nothing was taken" : `${counted(runs, "run")} imported`;
  return { title: cancelled ? `Import cancelled: ${taken}` : taken, message: told.join(" ") };
}

/** What an import of other tools' runs did, in words. */
export function outcomeNotice(outcome: ImportOutcome): Notice {
  const { format, added, extended, unchanged, points, notes, cancelled } = outcome;
  const parts = [
    added.length > 0 ? `${counted(added.length, "run")} added` : "",
    extended.length > 0 ? `${counted(extended.length, "run")} with new numbers` : "",
    unchanged.length > 0 ? `${counted(unchanged.length, "run")} there already` : "",
  ].filter((part) => part !== "");
  const more = notes.length - SHOWN_NOTES;
  const message = [
    `${counted(points, "new point")}.`,
    ...(cancelled ? ["What comes after them was not read: import again for it."] : []),
    ...notes.slice(0, SHOWN_NOTES),
    ...(more > 0 ? [`${counted(more, "more note")} on the pages of the runs.`] : []),
  ].join(" ");
  const taken = parts.join(", ");
  if (!cancelled) return { title: `${format}: ${taken}`, message };
  if (taken === "") return { title: "Import cancelled: nothing was taken", message: "" };
  return { title: `Import cancelled: ${format}, ${taken}`, message };
}
