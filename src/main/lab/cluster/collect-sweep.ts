import { createReadStream } from "node:fs";
import { messageLine } from "../../../core/thrown.ts";
import { rename } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { CollectedSweep } from "../../../shared/experiments/cluster-sweep.ts";
import type { ClusterServices } from "./cluster-services.ts";
import type { SweepFolder } from "./sweep-folder.ts";

const TAIL_BYTES = 200;
/** End of the name of a bundle that was put aside. */
export const DAMAGED = ".damaged";

/** Why a compressed bundle cannot be read to its end, or "" where it can. */
export async function damageOf(path: string): Promise<string> {
  let tail = Buffer.alloc(0);
  try {
    await pipeline(createReadStream(path), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
    });
  } catch (error) {
    return messageLine(error);
  }
  return /"end":\{"runs":\d+\}\}\s*\]\s*$/.test(tail.toString("utf8")) ? "" : "its last line is missing";
}

interface Waiting {
  readonly index: number;
  readonly run: string;
  /** Its training was stopped: the bundle is the last state of it. */
  readonly unfinished: boolean;
}

/**
 * Takes every training that is done and not in this database yet: exactly once, at any time, as often as wanted. Of
 * trainings that were stopped it takes the last state, and later what has come further. A damaged bundle is named and put
 * aside, so that its training counts as lost and can be trained again.
 *
 * @param stopped Indices of trainings that have failed or are lost, and whose state is to be taken.
 * @throws {ContractError} If an activity is on.
 */
export async function collectSweep(
  { runs, place }: Pick<ClusterServices, "runs" | "place">,
  folder: SweepFolder,
  stopped: readonly number[] = [],
): Promise<Omit<CollectedSweep, "problem">> {
  const database = place.databasePath;
  const runOf = new Map(folder.planHeads().map(({ index, run }) => [index, run]));
  const before = folder.collectedBy(database).done;
  const done = folder.indices("done");
  const states = folder.indices("state");
  const waiting = new Map<string, Waiting>();
  const wait = (kind: "done" | "state", index: number): void => {
    const run = runOf.get(index);
    if (run === undefined || before.has(index)) return;
    waiting.set(folder.bundle(kind, index), { index, run, unfinished: kind === "state" });
  };
  for (const index of [...done].sort((a, b) => a - b)) wait("done", index);
  for (const index of stopped) if (states.has(index) && !done.has(index)) wait("state", index);
  const keep = folder.collecting();
  const bundles = await runs.importEach([...waiting.keys()], {
    // A training that diverged is not finished either, and has come further than its state of before.
    replacing: "further",
    onBundle: ({ path, runs: taken }) => {
      const found = waiting.get(path);
      if (taken === null || found === undefined) return;
      keep({ ...found, database, at: new Date().toISOString() });
    },
  });
  const damaged: CollectedSweep["damaged"] = [];
  const collected = { added: [], unfinished: [], skipped: [], inTrash: [] } as Record<
    "added" | "unfinished" | "skipped" | "inTrash",
    string[]
  >;
  for (const { path, failure, runs: taken } of bundles) {
    const found = waiting.get(path);
    if (found === undefined) continue;
    if (taken !== null) {
      const added = [...taken.added, ...taken.replaced];
      collected.added.push(...added);
      collected.skipped.push(...taken.skipped);
      collected.inTrash.push(...taken.inTrash);
      if (found.unfinished) collected.unfinished.push(...added);
      continue;
    }
    const damage = await damageOf(path);
    const file = damage === "" ? path : `${path}${DAMAGED}`;
    // What the database could not take for other reasons stays where it is, for another time.
    if (damage !== "") await rename(path, file);
    damaged.push({ index: found.index, file, reason: damage === "" ? failure : damage });
  }
  // The cluster goes on with these, so nobody is asked whether to go on here.
  const cutShort = collected.unfinished.filter((runId) => runs.get({ runId }).run.status === "interrupted");
  if (cutShort.length > 0) runs.change({ runIds: cutShort, change: { kept: true } });
  return { ...collected, damaged };
}
