/** Exit codes of every command; one that was cut short by a signal ends with 128 + its number. */
export const EXIT = { ok: 0, failedCheck: 1, wrongUsage: 2 } as const;
export type ExitCode = number;
