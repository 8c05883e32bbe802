import autogradModule from "../../../core/autograd/module.ts?raw";
import tape from "../../../core/autograd/tape.ts?raw";
import functions from "../../../core/stages/stage-1-functions.ts?raw";
import classes from "../../../core/stages/stage-2-layer-classes.ts?raw";
import modules from "../../../core/stages/stage-3-module.ts?raw";
import autograd from "../../../core/stages/stage-4-autograd.ts?raw";
import registration from "../../../core/stages/stage-4-registration.ts?raw";
import { compareRegistration } from "../../../core/stages/stage-4-registration.ts";
import type { RegistrationLesson, StageDescription, StageId } from "../../../shared/experiments/stages.ts";
import grouping from "../../engine/group-phases.ts?raw";
import { regionOf, withoutImports } from "../source/source-code.ts";
import computation from "../tfjs/network-computation.ts?raw";
import network from "../tfjs/network-in-tfjs.ts?raw";
import { tfjsMissing } from "../tfjs/tfjs-thread.ts";
import { STAGE_DEFINITIONS } from "./stage-definitions.ts";

const cells = (source: string, ...numbers: readonly number[]): readonly string[] =>
  numbers.map((cell) => regionOf(source, `cell ${cell}`));

/** What runs, cut from the sources when the app is built, and the file it is from. */
const CODE: Readonly<Record<StageId, { readonly parts: readonly string[]; readonly source: string }>> = {
  functions: {
    parts: cells(functions, 9, 17, 24, 26, 27, 28),
    source: "src/core/stages/stage-1-functions.ts",
  },
  "layer-classes": {
    parts: cells(classes, 37, 38, 39, 40, 42, 43),
    source: "src/core/stages/stage-2-layer-classes.ts",
  },
  module: {
    parts: cells(modules, 54, 55, 56, 57, 58, 63, 64),
    source: "src/core/stages/stage-3-module.ts",
  },
  "module-unfused": {
    parts: [regionOf(grouping, "op by op")],
    source: "src/main/engine/group-phases.ts",
  },
  autograd: {
    parts: [...cells(autograd, 76, 81, 83, 84), ...cells(tape, 86)],
    source: "src/core/stages/stage-4-autograd.ts",
  },
  tfjs: {
    parts: [regionOf(network, "stage 5"), regionOf(computation, "stage 5")],
    source: "src/main/lab/tfjs/network-in-tfjs.ts",
  },
};

/** The notebook's pitfall, with what its models really answer. */
function registrationLesson(): RegistrationLesson {
  const { list, registered } = compareRegistration();
  const model = (name: string, region: string, shapes: readonly (readonly number[])[]) => ({
    name,
    code: regionOf(registration, region),
    parameters: shapes.map((shape) => [...shape]),
  });
  return {
    models: [
      model("Layers in a plain list", "plain list", list),
      model("Layers in a Sequential", "registered list", registered),
    ],
    code: withoutImports(autogradModule),
    source: "src/core/autograd/module.ts",
  };
}

/** What the stages are, before anything runs. */
export function describeStages(): readonly StageDescription[] {
  return STAGE_DEFINITIONS.map(({ id, number, name, idea }) => ({
    id,
    number,
    name,
    idea,
    code: CODE[id].parts.join("\n\n"),
    source: CODE[id].source,
    unavailable: id === "tfjs" ? tfjsMissing() : "",
    lesson: id === "autograd" ? registrationLesson() : null,
  }));
}
