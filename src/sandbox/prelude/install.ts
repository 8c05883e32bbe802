// Puts the tensor language's names where cells find them, and closes what they must not change.
import { activation } from "./activation.ts";
import { ownLayer } from "./own-layer.ts";
import { lossFunction } from "./loss-function.ts";
import { noGrad } from "./autograd.ts";
import { assert, assertClose, AssertionError, check, checkLayer, condition } from "./checks.ts";
import * as functions from "./functions.ts";
import * as modules from "./nn.ts";
import * as optimisers from "./optim.ts";
import { heat, hist, image, plot, print, show, showResult } from "./output.ts";
import { followed, forgetFailure, throwFailure } from "./promises.ts";
import { forgetRandom, random } from "./random.ts";
import { runs } from "./runs.ts";
import { enterStudent } from "./student-world.ts";
import { Tensor } from "./tensor.ts";
import { time, Timing } from "./timing.ts";
import { describeVariables, knowOwnNames } from "./variables.ts";

const nn = { ...modules };
const optim = { ...optimisers };

/** Closes an object, what it holds, and the prototypes of its classes. */
function close(value: unknown): void {
  if ((typeof value !== "object" && typeof value !== "function") || value === null || Object.isFrozen(value))
    return;
  Object.freeze(value);
  for (const key of Reflect.ownKeys(value)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(value, key);
    if (descriptor !== undefined && "value" in descriptor) close(descriptor.value);
  }
}

const language: Record<string, unknown> = {
  Tensor,
  ...functions,
  nn,
  optim,
  noGrad,
  runs,
  print,
  show,
  plot,
  hist,
  image,
  heat,
  time,
  check,
  checkLayer,
  activation,
  lossFunction,
  ownLayer,
  assert,
  assertClose,
};
for (const value of [...Object.values(language), Timing, AssertionError]) close(value);

Object.assign(globalThis, language);
// Prepared cells call them where a comparison stands as a condition, and where a statement calls; nobody is offered them.
Object.defineProperty(globalThis, "backpropLabCondition", { value: Object.freeze(condition) });
Object.defineProperty(globalThis, "backpropLabFollowed", { value: Object.freeze(followed) });
Math.random = random;
// Whoever holds a clock finer than milliseconds, or memory that others write to, can measure what is not his.
for (const name of ["SharedArrayBuffer", "Atomics"]) Reflect.deleteProperty(globalThis, name);

knowOwnNames();

// A cell may replace the global names; the language goes on with those it began with.
const { getOwnPropertyNames } = Object;
const { stringify } = JSON;
const members = [Tensor.prototype, nn, nn.init, optim].flatMap((of) => getOwnPropertyNames(of));

/** In JSON, what a cell can call: for the words about a name that does not exist. */
const knownNames = (): string => stringify({ globals: getOwnPropertyNames(globalThis), members });

/** Fills the heap with cycles until the interpreter looks for garbage. */
function makeGarbage(): void {
  for (let i = 0; i < 30_000; i++) {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
  }
}

/** For the lab alone: what it calls between cells, and for a lesson's check. */
export {
  describeVariables,
  enterStudent,
  forgetFailure,
  forgetRandom,
  knownNames,
  makeGarbage,
  showResult,
  throwFailure,
};
