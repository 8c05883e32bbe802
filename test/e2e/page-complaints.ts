const ENTRY = /^\S+ (warn |error) page: /;

/**
 * Warnings and errors of the page that main has logged since the log was `before`, each with the lines that belong to
 * it; those that are expected are left out.
 */
export function pageComplaints(log: string, before: string, expected: readonly RegExp[]): readonly string[] {
  // A log that grew too long began anew: then all of it is new.
  const since = log.startsWith(before) ? log.slice(before.length) : log;
  const entries = since.split(/\n(?=\S)/).filter((entry) => ENTRY.test(entry));
  return entries.filter((entry) => !expected.some((pattern) => pattern.test(entry)));
}
