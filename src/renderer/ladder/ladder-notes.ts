import type { ProductShape, RungResult } from "../../shared/experiments/ladder.ts";
import { formatNumber } from "../../shared/format/number.ts";
import { hasTimes, ladderAt } from "./ladder-results.ts";

/** What has to be said about a ladder before its numbers are read, in sentences. */
export function ladderNotes(results: readonly RungResult[], shape: ProductShape): readonly string[] {
  const rungs = ladderAt(results, shape);
  return [...shardingNote(rungs), ...unrankedNote(rungs)];
}

function unrankedNote(rungs: readonly RungResult[]): readonly string[] {
  const pairs = rungs
    // Rung 7 on fewer workers has its name too: how they compare, the scaling chart shows.
    .filter(({ name, unrankedWith }) => unrankedWith !== "" && unrankedWith !== name)
    .map(({ name, unrankedWith }) => `${name} and ${unrankedWith}`);
  if (pairs.length === 0) return [];
  return [`These cannot be ranked, the 95 % interval of their ratio holds 1: ${pairs.join("; ")}.`];
}

/** Sharing a product among workers costs time too: where it does not pay, the view says so and why. */
function shardingNote(rungs: readonly RungResult[]): readonly string[] {
  const kernel = rungs.find(({ rung }) => rung === "kernel");
  const sharded = rungs.find(({ rung }) => rung === "sharded");
  if (kernel === undefined || sharded === undefined || !hasTimes(kernel) || !hasTimes(sharded)) return [];
  const gain = sharded.overPrevious ?? {
    lo: kernel.minMs / sharded.medianMs,
    hi: kernel.medianMs / sharded.minMs,
  };
  if (gain.lo > 1) return [];
  // That the budget cut its samples is no reason.
  const why = sharded.note.split("; ").filter((part) => !part.startsWith("cut after"));
  const verdict = gain.hi < 1 ? "slower" : "no faster";
  return [
    `Rung 7 (${sharded.name}) is ${verdict} than rung 6 on this shape: ${why.length === 0 || why[0] === "" ? whyTooSmall(sharded) : `${why.join("; ")}.`}`,
  ];
}

function whyTooSmall({ multiplyAdds, threads }: RungResult): string {
  if (threads === 1) return "on one thread there is no other worker to share it with.";
  return `${formatNumber(multiplyAdds)} multiply-adds are too few to shard. Waking ${threads} workers and waiting for the last of them takes longer than the product itself.`;
}
