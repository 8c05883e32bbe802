import type { TrainSpec } from "../../../../shared/specs/train-spec.ts";
import type { DataRows } from "../../compute/data-rows.ts";
import type { TrainerData } from "./trainer.ts";

/** Puts a training's rows into the arena, normalised. @throws {DataFormatError} @throws {OutOfMemoryError} */
export async function trainingData(
  dataRows: DataRows,
  { data, validRows }: TrainSpec,
  threads: number,
): Promise<TrainerData> {
  const validSpec = { name: data.name, split: "valid", rows: validRows } as const;
  return {
    train: await dataRows.rows(data, threads),
    valid: validRows === 0 ? null : await dataRows.rows(validSpec, threads),
    background: await dataRows.background(data.name, threads),
  };
}
