import { host } from "./host.ts";

/** A run that the lab has saved. */
export interface SavedRun {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly startedAt: string;
  readonly threads: number;
  readonly rows: number;
  readonly tags: readonly string[];
  /** What it ran with. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Its key numbers. */
  readonly summary: Readonly<Record<string, unknown>>;
  /** A recorded metric: its values over the steps. */
  curve(name: string): { readonly step: Float64Array; readonly value: Float64Array };
}

const { parse } = JSON;

/** Numbers that JSON has no word for came as text in an object. */
const revive = (_key: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && "number" in value && Object.keys(value).length === 1
    ? Number(value.number)
    : value;

function curve(id: string, name: string): ReturnType<SavedRun["curve"]> {
  const numbers = new Float64Array(host.curve(id, name));
  const points = numbers.length / 2;
  return { step: numbers.slice(0, points), value: numbers.slice(points) };
}

/** The lab's saved runs that a query finds, the newest first: runs("kind:training tag:keep"). */
export function runs(query = ""): SavedRun[] {
  if (typeof query !== "string") {
    throw new TypeError(`runs(): expected a query as text, runs("kind:training"), got ${typeof query}`);
  }
  const found = parse(host.runs(query), revive) as Omit<SavedRun, "curve">[];
  return found.map((run) => ({ ...run, curve: (name: string) => curve(run.id, name) }));
}
