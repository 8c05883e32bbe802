/** So many of a name's characters may be wrong, at most. */
const MOST_WRONG = 2;

/** Letters that are missing, too many, other ones or swapped with their neighbour (optimal string alignment). */
function mistypedLetters(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_row, i) =>
    Array.from({ length: b.length + 1 }, (_cell, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const other = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + other);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, rows[i - 2][j - 2] + 1);
      }
      rows[i][j] = least;
    }
  }
  return rows[a.length][b.length];
}

const plain = (name: string): string => name.replaceAll("_", "").toLowerCase();

/**
 * The known name that somebody meant who wrote another one: the same but for case and underscores, else the one with the
 * fewest mistyped letters, at most 2 and a third of them. Null where none is near, or the name is known.
 */
export function closestName(name: string, known: readonly string[]): string | null {
  if (known.includes(name)) return null;
  const alike = known.find((one) => plain(one) === plain(name));
  if (alike !== undefined) return alike;
  const most = Math.min(MOST_WRONG, Math.floor(name.length / 3));
  let closest: { readonly name: string; readonly wrong: number } | null = null;
  for (const one of known) {
    if (Math.abs(one.length - name.length) > most) continue;
    const wrong = mistypedLetters(name, one);
    if (wrong <= most && (closest === null || wrong < closest.wrong)) closest = { name: one, wrong };
  }
  return closest?.name ?? null;
}
