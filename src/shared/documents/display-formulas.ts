const FENCE = /^ {0,3}(?:```|~~~)/;
const FORMULA_LINE = /^( {0,3})\$\$([^$]+)\$\$\s*$/;

/**
 * Markdown in which a line that is nothing but `$$…$$` is a formula of its own, as Jupyter has it; the parser takes it
 * for one in a sentence otherwise, and draws its sums and fractions small. Code stays as it is.
 */
export function withDisplayFormulas(markdown: string): string {
  if (!markdown.includes("$$")) return markdown;
  let inCode = false;
  return markdown
    .split("\n")
    .map((line) => {
      if (FENCE.test(line)) inCode = !inCode;
      return inCode ? line : line.replace(FORMULA_LINE, "$1$$$$\n$1$2\n$1$$$$");
    })
    .join("\n");
}
