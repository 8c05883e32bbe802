import type { ShownValue } from "./cell-output.ts";

/** What makes the shown times untrustworthy, each said once. */
export const timingWarnings = (values: readonly ShownValue[]): readonly string[] => [
  ...new Set(values.flatMap(({ timing }) => timing?.warnings ?? [])),
];
