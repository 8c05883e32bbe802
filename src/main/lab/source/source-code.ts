/** The lines between `// #region name` and its `// #endregion`, without their common indentation. */
export function regionOf(source: string, name: string): string {
  const lines = source.split("\n");
  const start = lines.findIndex((line) => line.trim() === `// #region ${name}`);
  const length = lines.slice(start + 1).findIndex((line) => line.trim() === "// #endregion");
  if (start < 0 || length < 0) throw new RangeError(`regionOf: the source has no region "${name}"`);
  const region = lines.slice(start + 1, start + 1 + length);
  const indents = region
    .filter((line) => line.trim() !== "")
    .map((line) => line.length - line.trimStart().length);
  const indent = Math.min(...indents);
  return region.map((line) => line.slice(indent)).join("\n");
}

const MARK = /^\s*\/\/ #(region|endregion)/;

/** A source as it is shown: what it imports, and where its regions are, is of no interest. */
export const withoutImports = (source: string): string =>
  source
    .split("\n")
    .filter((line) => !line.startsWith("import ") && !MARK.test(line))
    .join("\n")
    .trim();
