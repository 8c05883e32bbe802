import type { NetworkCoordinates, NetworkDifferences } from "../../../core/reference/network-differences.ts";
import type { Engine } from "../../engine/engine.ts";
import { rowBlocks, type ReferenceOptions } from "./float64-gradients.ts";
import { runTasks } from "./programs.ts";

/** Coordinates a task takes at a time: progress and heartbeats in between. */
const COORDINATES_PER_TASK = 2_000;

/** A coordinate with its central difference, and in how many rows the step crossed a kink. */
export interface Difference {
  readonly coordinate: number;
  readonly derivative: number;
  readonly crossings: number;
}

/** By tensor, in the order asked for. */
export type Differences = Readonly<Record<string, readonly Difference[]>>;

/** So many coordinates a piece, of one tensor or of several: the forward pass is then done once for all of them. */
function piecesOf(coordinates: NetworkCoordinates): NetworkCoordinates[] {
  const all = Object.entries(coordinates).flatMap(([tensor, chosen]) =>
    chosen.map((coordinate) => ({ tensor, coordinate })),
  );
  return Array.from({ length: Math.ceil(all.length / COORDINATES_PER_TASK) }, (_, index) => {
    const piece: Record<string, number[]> = {};
    for (const { tensor, coordinate } of all.slice(
      index * COORDINATES_PER_TASK,
      (index + 1) * COORDINATES_PER_TASK,
    )) {
      (piece[tensor] ??= []).push(coordinate);
    }
    return piece;
  });
}

/**
 * Central differences of the loss of all rows at these coordinates, in float64, on the workers. `step` is the step over
 * max(1, |value|).
 *
 * @throws {ExperimentCancelled} @throws {TaskError}
 */
export async function centralDifferences(
  engine: Engine,
  {
    model,
    coordinates,
    step,
    threads,
    onProgress,
  }: ReferenceOptions & { readonly coordinates: NetworkCoordinates; readonly step: number },
): Promise<Differences> {
  const pieces = piecesOf(coordinates);
  const blocks = rowBlocks(model);
  const work = pieces.flatMap((piece) => blocks.map((block) => ({ piece, block })));
  const answers = await runTasks<NetworkDifferences>(
    engine,
    work.map(({ piece, block }) => (worker) => ({
      kind: "networkDifferences",
      worker,
      model,
      block,
      coordinates: piece,
      step,
    })),
    {
      threads,
      onProgress: (done) => {
        onProgress(done / work.length);
      },
    },
  );
  const found: Record<string, Difference[]> = Object.fromEntries(
    Object.keys(coordinates).map((tensor) => [tensor, []]),
  );
  for (const [index, piece] of pieces.entries()) {
    const parts = answers.slice(index * blocks.length, (index + 1) * blocks.length);
    for (const [tensor, chosen] of Object.entries(piece)) {
      for (const [i, coordinate] of chosen.entries()) {
        const total = (kind: "derivatives" | "kinks"): number =>
          parts.reduce((sum, part) => sum + (part[kind][tensor]?.[i] ?? NaN), 0);
        found[tensor]?.push({
          coordinate,
          derivative: total("derivatives"),
          crossings: total("kinks"),
        });
      }
    }
  }
  return found;
}
