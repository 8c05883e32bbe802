/** Nodes and weights of Gauss and Legendre for three points on [0, 1]. */
export const QUADRATURE = [
  [0.5 - Math.sqrt(0.15), 5 / 18],
  [0.5, 8 / 18],
  [0.5 + Math.sqrt(0.15), 5 / 18],
] as const;
/** Steps up to this are integrated: the error is then below 1e-12 of the result. */
export const SHORT_STEP = 0.01;
