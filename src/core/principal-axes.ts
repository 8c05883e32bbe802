/** Two axes of largest variance. */
export interface PrincipalAxes {
  readonly axes: readonly [Float64Array, Float64Array];
  /** Shares of the whole variance. */
  readonly explained: readonly [number, number];
}

const ITERATIONS = 60;

/** λ and unit v with C v = λ v for the largest λ, by power iteration from a fixed beginning. */
function largest(covariance: Float64Array, size: number): { vector: Float64Array; value: number } {
  let vector = Float64Array.from({ length: size }, (_, i) => 1 + Math.sin(12.9898 * (i + 1)) / 2);
  let value = 0;
  for (let round = 0; round < ITERATIONS; round++) {
    const next = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let j = 0; j < size; j++) sum += covariance[i * size + j] * vector[j];
      next[i] = sum;
    }
    value = Math.hypot(...next);
    if (value === 0) return { vector, value };
    vector = next.map((entry) => entry / value);
  }
  return { vector, value };
}

/**
 * The two principal axes of a covariance matrix (size, size): power iteration, the second after C − λ v vᵀ.
 *
 * @see Pearson (1901); Golub and Van Loan, "Matrix Computations", 8.2
 */
export function principalAxes(covariance: Float64Array, size: number): PrincipalAxes {
  let variance = 0;
  for (let i = 0; i < size; i++) variance += covariance[i * size + i];
  const first = largest(covariance, size);
  const rest = covariance.map((value, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    return value - first.value * first.vector[i] * first.vector[j];
  });
  const second = largest(rest, size);
  const share = (value: number): number => (variance > 0 ? value / variance : 0);
  return {
    axes: [first.vector, second.vector],
    explained: [share(first.value), share(second.value)],
  };
}
