import type { SqlAnswer } from "../../../shared/runs/run-exports.ts";

/** Main to the SQL process. */
export interface SqlRequest {
  readonly path: string;
  readonly sql: string;
  readonly nativeBinding: string | null;
}

/** Its only answer. */
export type SqlReply = { readonly ok: SqlAnswer } | { readonly failed: string };
