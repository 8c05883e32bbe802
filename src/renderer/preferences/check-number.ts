/** What every schema of the shared contract offers (the Standard Schema interface). */
export interface NumberSchema {
  readonly "~standard": { readonly validate: (value: unknown) => unknown };
}

/** Reads a number as people write it ("50,000", "1e-3") and asks the schema. */
export function checkNumber(schema: NumberSchema, text: string): { value: number; error: string | null } {
  const digits = text.replaceAll(/[\s,_]/g, "");
  const value = digits === "" ? NaN : Number(digits);
  if (Number.isNaN(value))
    return { value, error: text.trim() === "" ? "needs a number" : `"${text}" is not a number` };
  return { value, error: firstIssue(schema["~standard"].validate(value)) };
}

function firstIssue(outcome: unknown): string | null {
  if (typeof outcome !== "object" || outcome === null || !("issues" in outcome)) return null;
  const { issues } = outcome;
  const issue: unknown = Array.isArray(issues) ? issues[0] : undefined;
  if (typeof issue !== "object" || issue === null || !("message" in issue)) return null;
  return String(issue.message);
}
