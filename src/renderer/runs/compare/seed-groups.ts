import type { RunComparison } from "../../../shared/runs/run-comparison.ts";
import type { RunLook } from "./run-look.ts";

/** Runs that differ in nothing but their seed. */
export interface SeedGroup {
  readonly looks: readonly RunLook[];
  /** What tells this group from the others, or the name of its runs. */
  readonly label: string;
}

/** Groups of at least two runs whose settings are the same but for the seed. */
export function seedGroups({ settings }: RunComparison, looks: readonly RunLook[]): readonly SeedGroup[] {
  const differing = settings.filter(({ same, key }) => !same && key !== "seed");
  const groups = new Map<string, RunLook[]>();
  looks.forEach((look, i) => {
    const key = differing.map(({ key: name, values }) => `${name} ${String(values[i] ?? "–")}`).join(", ");
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(look);
  });
  return [...groups]
    .filter(([, members]) => members.length > 1)
    .map(([key, members]) => ({
      looks: members,
      label: `${key === "" ? "all" : key}, mean ± sd of ${members.length} seeds`,
    }));
}
