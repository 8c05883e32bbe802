/** What was thrown says: an error's message, or the value as text. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);

/** The same on one line. */
export const messageLine = (thrown: unknown): string => messageOf(thrown).replace(/\s*\n\s*/g, " ");

/** What was thrown as an error, whatever it is. */
export const errorOf = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown));
