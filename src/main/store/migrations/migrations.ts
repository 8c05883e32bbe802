import { initialSchema } from "./0001-initial-schema.ts";
import { kernelTuning } from "./0002-kernel-tuning.ts";
import type { Migration } from "./migration.ts";

/** Every step of the schema, in order. */
export const MIGRATIONS: readonly Migration[] = [initialSchema, kernelTuning];
