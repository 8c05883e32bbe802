import { transform } from "sucrase";
import autograd from "./prelude/autograd.ts?raw";
import checks from "./prelude/checks.ts?raw";
import formatValue from "./prelude/format-value.ts?raw";
import functions from "./prelude/functions.ts?raw";
import host from "./prelude/host.ts?raw";
import install from "./prelude/install.ts?raw";
import nn from "./prelude/nn.ts?raw";
import optim from "./prelude/optim.ts?raw";
import output from "./prelude/output.ts?raw";
import random from "./prelude/random.ts?raw";
import tensor from "./prelude/tensor.ts?raw";
import timing from "./prelude/timing.ts?raw";
import variables from "./prelude/variables.ts?raw";

/** The tensor language's own files by the names under which they import each other. */
export const PRELUDE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "./autograd.ts": autograd,
    "./checks.ts": checks,
    "./format-value.ts": formatValue,
    "./functions.ts": functions,
    "./host.ts": host,
    "./install.ts": install,
    "./nn.ts": nn,
    "./optim.ts": optim,
    "./output.ts": output,
    "./random.ts": random,
    "./tensor.ts": tensor,
    "./timing.ts": timing,
    "./variables.ts": variables,
  }),
);

/** @throws {TypeError} If there is no such file. */
export function preludeCode(name: string): string {
  const source = PRELUDE.get(name);
  if (source === undefined) throw new TypeError(`there is no module ${name}`);
  return transform(source, { transforms: ["typescript"], disableESTransforms: true }).code;
}
