import * as v from "valibot";
import { cellResultSchema } from "../live/cell-result.ts";
import { judgedCellSchema } from "../live/live-session.ts";
import { liveSettingsSchema } from "../live/live-settings.ts";

/** What a run of a whole notebook that a person wrote leaves beside its cells' numbers: its text and what was shown. */
const reportSchema = v.object({
  title: v.string(),
  /** The document as it ran, a `.lab.ts`. */
  text: v.string(),
  settings: liveSettingsSchema,
  /** Of all code, without comments and blanks. */
  codeHash: v.string(),
  cells: v.array(
    v.object({ title: v.string(), result: cellResultSchema, judged: v.nullable(judgedCellSchema) }),
  ),
  /** Ids of cells that did not run. */
  left: v.array(v.string()),
});
export type DocumentRunReport = v.InferOutput<typeof reportSchema>;
/** Under its plain type: the compiler would else take it apart wherever the contract of all calls is looked at. */
export const documentRunReportSchema: v.GenericSchema<
  v.InferInput<typeof reportSchema>,
  DocumentRunReport
> = reportSchema;
