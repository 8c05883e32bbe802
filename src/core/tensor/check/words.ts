import type { Float64Program } from "../float64/program.ts";
import type { SourceLine } from "../tensor-node.ts";

/** cell 28, line 2; empty where it is not known. */
export const showLine = (line: SourceLine | null): string =>
  line === null ? "" : `cell ${line.cell}, line ${line.line}`;

/** A step as people know it: its variable, or the method whose result it is and where. */
export function stepName({ steps }: Float64Program, place: number): string {
  const { name, label, line } = steps[place];
  if (name !== null) return name;
  return line === null ? `the result of .${label}()` : `the result of .${label}() (${showLine(line)})`;
}

/** The operation of a step: .maximum() (cell 17, line 1). */
export function operationName({ steps }: Float64Program, place: number): string {
  const { label, line } = steps[place];
  return line === null ? `.${label}()` : `.${label}() (${showLine(line)})`;
}
