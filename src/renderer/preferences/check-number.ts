import * as v from "valibot";
import { issueWords } from "../../shared/ipc/issue-words.ts";

/** Reads a number as people write it ("50,000", "1e-3", "5/3") and asks the schema. */
export function checkNumber(schema: v.GenericSchema, text: string): { value: number; error: string | null } {
  const digits = text.replaceAll(/[\s,_]/g, "");
  const [numerator = "", denominator = "1", ...more] = digits.split("/");
  const whole = numerator !== "" && denominator !== "" && more.length === 0;
  const value = whole ? Number(numerator) / Number(denominator) : NaN;
  if (Number.isNaN(value))
    return { value, error: text.trim() === "" ? "needs a number" : `"${text}" is not a number` };
  return { value, error: problemOf(schema, value) };
}

/** What is wrong with a field's value, in words to stand beside it; null when nothing is. */
export function problemOf(schema: v.GenericSchema, value: unknown): string | null {
  const checked = v.safeParse(schema, value);
  return checked.success ? null : issueWords(checked.issues[0]);
}
