import type { JudgedNumbers } from "../judged-numbers.ts";
import { AUTOGRAD_NUMBERS } from "./autograd-numbers.ts";
import { DATA_NUMBERS } from "./data-numbers.ts";
import { INIT_NUMBERS } from "./init-numbers.ts";
import { LADDER_NUMBERS } from "./ladder-numbers.ts";
import { MODEL_NUMBERS } from "./model-numbers.ts";
import { STAGE_NUMBERS } from "./stage-numbers.ts";

/** What the original of "Backpropagation from scratch" printed, in its order. */
export const BACKPROP_NUMBERS: readonly JudgedNumbers[] = [
  LADDER_NUMBERS,
  ...DATA_NUMBERS,
  ...INIT_NUMBERS,
  ...MODEL_NUMBERS,
  ...STAGE_NUMBERS,
  ...AUTOGRAD_NUMBERS,
];
