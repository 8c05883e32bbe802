/** Exit codes of every command. */
export const EXIT = { ok: 0, failedCheck: 1, wrongUsage: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
