/**
 * The upper tail of the standard normal distribution, Φ(−a) = exp(−a²/2) · P(t) with t = 1 / (1 + STEP · a), for
 * 0 ≤ a ≤ NORMAL_LIMIT: coefficients of t⁸ … t⁰. A weighted minimax fit (Lawson) of scipy's erfcx at 4,000
 * Chebyshev nodes; the relative error is below 5e-8, so that small results in the tail are as exact as large ones.
 */
export const NORMAL_TAIL = [
  -0.07846776852, 0.290415619, -0.2781299775, 0.3014761673, -0.03292247871, 0.1195150123, 0.08576267629,
  0.09237849039, -2.776443114e-5,
];
export const NORMAL_TAIL_STEP = 0.23;
/** Beyond this Φ(−a) and the density are 0 in float32, and what they are multiplied by may be cut off. */
export const NORMAL_LIMIT = 14;
