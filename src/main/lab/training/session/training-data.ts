import type { TrainSpec } from "../../../../shared/specs/train-spec.ts";
import type { DataRows } from "../../compute/data-rows.ts";
import type { TrainerData } from "./training-program.ts";

/** Puts a training's rows into the arena, where they are held once. @throws {DataFormatError} @throws {OutOfMemoryError} */
export async function trainingData(
  dataRows: DataRows,
  { data, validRows }: Pick<TrainSpec, "data" | "validRows">,
): Promise<TrainerData> {
  const validSpec = { name: data.name, split: "valid", rows: validRows } as const;
  return {
    train: await dataRows.trainingRows(data),
    valid: validRows === 0 ? null : await dataRows.trainingRows(validSpec),
    background: await dataRows.background(data.name),
  };
}
