import { createReadStream } from "node:fs";
import { rename } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { CollectedSweep } from "../../../shared/experiments/cluster-sweep.ts";
import { messageOf } from "../../timing/message-of.ts";
import type { ClusterServices } from "./cluster-services.ts";
import type { SweepFolder } from "./sweep-folder.ts";

const TAIL_BYTES = 200;

/** Why a compressed bundle cannot be read to its end, or "" where it can. */
export async function damageOf(path: string): Promise<string> {
  let tail = Buffer.alloc(0);
  try {
    await pipeline(createReadStream(path), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
    });
  } catch (error) {
    return messageOf(error);
  }
  return /"end":\{"runs":\d+\}\}\s*\]\s*$/.test(tail.toString("utf8")) ? "" : "its last line is missing";
}

/**
 * Takes every training that is done and not in this database yet: exactly once, at any time, as often as wanted. A
 * damaged bundle is named and put aside, so that its training counts as lost and can be trained again.
 *
 * @throws {ContractError} If an activity is on.
 */
export async function collectSweep(
  { runs, place }: Pick<ClusterServices, "runs" | "place">,
  folder: SweepFolder,
): Promise<CollectedSweep> {
  const database = place.databasePath;
  const heads = new Map(folder.planHeads().map((head) => [head.index, head]));
  const before = folder.collectedBy(database);
  const waiting = [...folder.indices("done")]
    .filter((index) => heads.has(index) && !before.has(index))
    .sort((a, b) => a - b);
  const indexOf = new Map(waiting.map((index) => [folder.bundle("done", index), index]));
  const keep = folder.collecting();
  const bundles = await runs.importEach([...indexOf.keys()], ({ path, runs: taken }) => {
    const index = indexOf.get(path);
    if (taken === null || index === undefined) return;
    const run = heads.get(index)?.run ?? "";
    keep({ index, run, database, at: new Date().toISOString() });
  });
  const damaged: CollectedSweep["damaged"] = [];
  for (const { path, failure } of bundles) {
    const index = indexOf.get(path);
    if (failure === "" || index === undefined) continue;
    const damage = await damageOf(path);
    const file = damage === "" ? path : `${path}.damaged`;
    // What the database could not take for other reasons stays where it is, for another time.
    if (damage !== "") await rename(path, file);
    damaged.push({ index, file, reason: damage === "" ? failure : damage });
  }
  const taken = bundles.flatMap(({ runs: imported }) => (imported === null ? [] : [imported]));
  return {
    added: taken.flatMap(({ added, replaced }) => [...added, ...replaced]),
    skipped: taken.flatMap(({ skipped }) => skipped),
    inTrash: taken.flatMap(({ inTrash }) => inTrash),
    damaged,
  };
}
