import type { RunSummary } from "./run-records.ts";

type ComparedRun = Pick<RunSummary, "id" | "name" | "config"> & { readonly kind: string };

/** Settings that are told first, because people vary them. */
const FIRST = ["network", "lr", "seed", "optimizer", "batchSize", "epochs", "steps", "rows", "schedule"];
/** The whole spec says again what the others say; a sweep's mark says nothing by itself. */
const UNTOLD: ReadonlySet<string> = new Set(["spec", "sweep", "loss", "build", "continues"]);
/** Their values say by themselves what they are. */
const BY_VALUE: ReadonlySet<string> = new Set(["network", "optimizer", "activations"]);
const MOST_PARTS = 4;

/**
 * Runs that are told apart by their settings: trainings and searches for a learning rate that nobody renamed, others that
 * share a name.
 */
function groupOf({ kind, name, config }: ComparedRun): string {
  const { network } = config;
  const isNamedBySettings =
    typeof network === "string" &&
    (kind === "training" ? name.startsWith(network) : kind === "lrsearch" && name.endsWith(`: ${network}`));
  return isNamedBySettings ? kind : `${kind} ${name}`;
}

/**
 * What tells each run from those it could be mistaken for: "lr 0.05, seed 3"; "" where there are none, where nothing
 * differs, and for runs with a name of their own.
 */
export function runDifferences(runs: readonly ComparedRun[]): ReadonlyMap<string, string> {
  const groups = new Map<string, ComparedRun[]>();
  for (const run of runs) {
    const key = groupOf(run);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [run]);
    else members.push(run);
  }
  const words = new Map<string, string>();
  for (const members of groups.values()) {
    const keys = differingKeys(members);
    for (const { id, config } of members) {
      const parts = keys.flatMap((key) => {
        const value = config[key];
        if (value === undefined) return [];
        return BY_VALUE.has(key) ? [String(value)] : [`${wordsOf(key)} ${String(value)}`];
      });
      words.set(id, parts.slice(0, MOST_PARTS).join(", "));
    }
  }
  return words;
}

function differingKeys(members: readonly ComparedRun[]): readonly string[] {
  const [first] = members;
  if (first === undefined || members.length < 2) return [];
  const names = new Set(members.flatMap(({ config }) => Object.keys(config)));
  const differing = [...names].filter(
    (key) =>
      !UNTOLD.has(key) &&
      members.some(({ config }) => String(config[key]) !== String(first.config[key])) &&
      (key !== "activations" || areFormulasNeeded(members)),
  );
  const place = (key: string): number => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);
  return differing.sort((a, b) => place(a) - place(b));
}

/** A network's title has the names of own activations: their formulas tell only what one name stands for twice. */
function areFormulasNeeded(members: readonly ComparedRun[]): boolean {
  const formulasOf = new Map<string, string>();
  return members.some(({ config: { network, activations } }) => {
    const [title, formulas] = [String(network), String(activations)];
    const before = formulasOf.get(title);
    formulasOf.set(title, formulas);
    return before !== undefined && before !== formulas;
  });
}

const wordsOf = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** What tells each run of a comparison from the others: what differs, or the name; counted where two are the same in all settings. */
export function runLabels(runs: readonly RunSummary[]): readonly string[] {
  const differences = runDifferences(runs);
  const seen = new Map<string, number>();
  return runs.map(({ id, name }) => {
    const differs = differences.get(id) ?? "";
    const label = differs === "" ? name : differs;
    const count = (seen.get(label) ?? 0) + 1;
    seen.set(label, count);
    return count === 1 ? label : `${label} (${count})`;
  });
}
