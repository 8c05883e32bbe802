/** A number as Python reads it back to the same double. */
export function pythonNumber(value: number): string {
  if (Number.isNaN(value)) return 'float("nan")';
  if (!Number.isFinite(value)) return value > 0 ? 'float("inf")' : 'float("-inf")';
  return Object.is(value, -0) ? "-0.0" : String(value);
}

export const pythonBoolean = (value: boolean): string => (value ? "True" : "False");

/** A text in quotes; what JSON escapes, Python reads alike. */
export const pythonText = (value: string): string => JSON.stringify(value);

/** Every line but empty ones moved to the right. */
export const indented = (text: string, levels = 1): string => text.replace(/^(?=.)/gm, "    ".repeat(levels));
