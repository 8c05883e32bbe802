import {
  RUNG_IDS,
  type LadderSample,
  type ProductShape,
  type RungId,
  type RungResult,
} from "../../shared/experiments/ladder.ts";
import { formatNumber } from "../../shared/format/number.ts";

/** "100 × 1,000 × 100": m, k, n. */
export function shapeText({ m, k, n }: ProductShape): string {
  return [m, k, n].map((size) => formatNumber(size)).join(" × ");
}

export const sameShape = (a: ProductShape, b: ProductShape): boolean =>
  a.m === b.m && a.k === b.k && a.n === b.n;

/** The shapes of a ladder, each once, in the order in which they were climbed. */
export function shapesOf(results: readonly RungResult[]): readonly ProductShape[] {
  return results
    .map(({ shape }) => shape)
    .filter((shape, index, all) => all.findIndex((other) => sameShape(shape, other)) === index);
}

/** One result a rung at this shape, lowest rung first; where a rung was timed on several numbers of workers, on most. */
export function ladderAt(results: readonly RungResult[], shape: ProductShape): readonly RungResult[] {
  const here = results.filter((result) => sameShape(result.shape, shape));
  return RUNG_IDS.flatMap((rung) => {
    const own = here.filter((result) => result.rung === rung);
    const widest = own.toSorted((a, b) => b.threads - a.threads)[0];
    return widest === undefined ? [] : [widest];
  });
}

/** Whether there are times to show; a rung that is still measured may have its cold call only. */
export function hasTimes({ status, medianMs }: RungResult): boolean {
  return status !== "wrong" && Number.isFinite(medianMs) && medianMs > 0;
}

/** The timed samples without the cold call. */
export const warmTimes = (samples: readonly LadderSample[]): number[] =>
  samples.filter(({ cold }) => !cold).map(({ ms }) => ms);

/** The rung's place in the ladder: its colour and dash everywhere. */
export const rungIndex = (rung: RungId): number => RUNG_IDS.indexOf(rung);

/** Floating-point operations for each byte that must be moved. */
export const intensityOf = ({ multiplyAdds, bytes }: Pick<RungResult, "multiplyAdds" | "bytes">): number =>
  (2 * multiplyAdds) / bytes;

/** Multiply-adds, and bytes of A, B and C once each in float32. */
export function costOf({ m, k, n }: ProductShape): { readonly multiplyAdds: number; readonly bytes: number } {
  return { multiplyAdds: m * k * n, bytes: 4 * (m * k + k * n + m * n) };
}

/** The size whose ladder is shown first: the largest at which the slow rungs ran too. */
export function firstShown(results: readonly RungResult[]): ProductShape | null {
  const shapes = shapesOf(results);
  const complete = shapes.filter((shape) =>
    results.some(
      (result) => sameShape(result.shape, shape) && result.rung === "triple-loop" && hasTimes(result),
    ),
  );
  return complete.at(-1) ?? shapes[0] ?? null;
}
