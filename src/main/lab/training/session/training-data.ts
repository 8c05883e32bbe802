import type { TrainSpec } from "../../../../shared/specs/train-spec.ts";
import type { ImageRows } from "../../compute/image-rows.ts";
import type { TrainerData } from "./trainer.ts";

/** Puts a training's rows into the arena, normalised. @throws {DataFormatError} @throws {OutOfMemoryError} */
export async function trainingData(
  images: ImageRows,
  { data, validRows }: TrainSpec,
  threads: number,
): Promise<TrainerData> {
  const validSpec = { name: data.name, split: "valid", rows: validRows } as const;
  return {
    train: await images.rows(data, threads),
    valid: validRows === 0 ? null : await images.rows(validSpec, threads),
    background: await images.background(data.name, threads),
  };
}
