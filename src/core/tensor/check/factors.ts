/** A number that a gradient is too large by, and how people write it. */
interface NamedFactor {
  readonly factor: number;
  readonly words: string;
}

/** How exactly a factor must be met to be named. */
const CLOSE = 1e-3;

/** The factors that mistakes leave: signs, twos, and sizes of the program as n, 1/n, 2/n, 1/√n. */
function namedFactors(sizes: readonly number[]): readonly NamedFactor[] {
  const plain = [
    { factor: -1, words: "−1: the sign is wrong" },
    { factor: 2, words: "2" },
    { factor: 0.5, words: "½" },
    { factor: -2, words: "−2" },
    { factor: -0.5, words: "−½" },
    { factor: 4, words: "4" },
    { factor: 0.25, words: "¼" },
    { factor: 3, words: "3" },
  ];
  const ofSizes = sizes.flatMap((n) => [
    { factor: n, words: `${n}` },
    { factor: 1 / n, words: `1/${n}` },
    { factor: n / 2, words: `${n}/2` },
    { factor: 2 / n, words: `2/${n}` },
    { factor: 2 * n, words: `2·${n}` },
    { factor: 1 / (2 * n), words: `1/(2·${n})` },
    { factor: Math.sqrt(n), words: `√${n}` },
    { factor: 1 / Math.sqrt(n), words: `1/√${n}` },
    { factor: n / (n - 1), words: `${n}/(${n} − 1)` },
    { factor: (n - 1) / n, words: `(${n} − 1)/${n}` },
    { factor: n * n, words: `${n}²` },
    { factor: 1 / (n * n), words: `1/${n}²` },
  ]);
  const all = [...plain, ...ofSizes];
  return [...all, ...ofSizes.map(({ factor, words }) => ({ factor: -factor, words: `−${words}` }))];
}

/** How people write this factor; null if no mistake leaves it. 1 is no mistake. */
export function factorName(factor: number, sizes: readonly number[]): string | null {
  const near = namedFactors(sizes).filter((one) => Math.abs(factor / one.factor - 1) < CLOSE);
  const words = [...new Set(near.map((one) => one.words))];
  return words.length === 0 ? null : words.slice(0, 3).join(" or ");
}
