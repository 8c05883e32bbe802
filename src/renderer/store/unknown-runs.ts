/** Tells runs that this page has started from those that it only hears of. */
export interface UnknownRuns {
  /** The page has started this run, or shows it. */
  readonly know: (runId: string) => void;
  /** An event tells of this run. @returns whether it is the first that the page hears of it. */
  readonly isNew: (runId: string) => boolean;
}

/**
 * For the runs of one kind. One that was started elsewhere, as from another view or before a reload, is shown at its
 * first event; whoever then looks at an older one is not taken back.
 */
export function unknownRuns(): UnknownRuns {
  const known = new Set<string>();
  return {
    know: (runId) => void known.add(runId),
    isNew: (runId) => {
      if (known.has(runId)) return false;
      known.add(runId);
      return true;
    },
  };
}
