/** The seed's notebook: what it is run with, and so what the experiments begin with that take its network. */
export const NOTEBOOK_DEFAULTS = {
  seed: 42,
  rows: 50_000,
  /** Timed calls a pass, after the warm-up. */
  samples: 5,
  /** Coordinates a tensor that central differences check. */
  coordinates: 20,
} as const;
