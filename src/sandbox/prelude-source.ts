import { transform } from "sucrase";
import autograd from "./prelude/autograd.ts?raw";
import checkWorld from "./prelude/check-world.ts?raw";
import checks from "./prelude/checks.ts?raw";
import formatValue from "./prelude/format-value.ts?raw";
import functions from "./prelude/functions.ts?raw";
import host from "./prelude/host.ts?raw";
import install from "./prelude/install.ts?raw";
import lessonChecks from "./prelude/lesson-checks.ts?raw";
import membrane from "./prelude/membrane.ts?raw";
import nn from "./prelude/nn.ts?raw";
import optim from "./prelude/optim.ts?raw";
import output from "./prelude/output.ts?raw";
import random from "./prelude/random.ts?raw";
import studentWorld from "./prelude/student-world.ts?raw";
import tensor from "./prelude/tensor.ts?raw";
import timing from "./prelude/timing.ts?raw";

/** The tensor language's own files by the names under which they import each other. */
export const PRELUDE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "./autograd.ts": autograd,
    "./check-world.ts": checkWorld,
    "./checks.ts": checks,
    "./format-value.ts": formatValue,
    "./functions.ts": functions,
    "./host.ts": host,
    "./install.ts": install,
    "./lesson-checks.ts": lessonChecks,
    "./membrane.ts": membrane,
    "./nn.ts": nn,
    "./optim.ts": optim,
    "./output.ts": output,
    "./random.ts": random,
    "./student-world.ts": studentWorld,
    "./tensor.ts": tensor,
    "./timing.ts": timing,
  }),
);

/** A lesson's check begins with the same files again. */
const transformed = new Map<string, string>();

/** @throws {TypeError} If there is no such file. */
export function preludeCode(name: string): string {
  const known = transformed.get(name);
  if (known !== undefined) return known;
  const source = PRELUDE.get(name);
  if (source === undefined) throw new TypeError(`there is no module ${name}`);
  const { code } = transform(source, { transforms: ["typescript"], disableESTransforms: true });
  transformed.set(name, code);
  return code;
}
