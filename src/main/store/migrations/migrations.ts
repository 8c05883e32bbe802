import { initialSchema } from "./0001-initial-schema.ts";
import { kernelTuning } from "./0002-kernel-tuning.ts";
import { ladderTables } from "./0003-ladder.ts";
import { reportTable } from "./0004-report.ts";
import { eventTable } from "./0005-event.ts";
import { keepAndFind } from "./0006-keep-and-find.ts";
import { lessonProgress } from "./0007-lessons.ts";
import { documentTables } from "./0008-documents.ts";
import { datasetTables } from "./0009-datasets.ts";
import { cacheBlocks } from "./0010-cache-blocks.ts";
import { trainingQueue } from "./0011-training-queue.ts";
import { keptRuns } from "./0012-kept-runs.ts";
import type { Migration } from "./migration.ts";

/** Every step of the schema, in order. */
export const MIGRATIONS: readonly Migration[] = [
  initialSchema,
  kernelTuning,
  ladderTables,
  reportTable,
  eventTable,
  keepAndFind,
  lessonProgress,
  documentTables,
  datasetTables,
  cacheBlocks,
  trainingQueue,
  keptRuns,
];

/** What the last of them leaves behind. */
export const CURRENT_SCHEMA = MIGRATIONS.reduce((last, migration) => Math.max(last, migration.version), 0);
