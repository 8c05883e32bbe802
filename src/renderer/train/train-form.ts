import { useMemo } from "react";
import { messageOf } from "../../core/thrown.ts";
import * as v from "valibot";
import { issueAt, issueWords } from "../../shared/ipc/issue-words.ts";
import { judgesClasses } from "../../core/network/network.ts";
import { fitToData, lossFor } from "../../shared/specs/fit-widths.ts";
import type { TrainLayerSpec } from "../../shared/specs/layer-spec.ts";
import { dataMisfit, endsOf, type DataEnds } from "../../shared/specs/network-spec.ts";
import type { OwnLossSpec } from "../../shared/specs/own-part-spec.ts";
import { TRAIN_PRESETS, type TrainPreset } from "../../shared/specs/train-presets.ts";
import { trainSpecSchema, type TrainSpec } from "../../shared/specs/train-spec.ts";
import { withValidRows } from "../../shared/specs/valid-rows.ts";
import {
  OPTIMIZER_CONSTANTS,
  optimizerConstants,
  usualConstants,
  type OptimizerName,
} from "./optimizer-constants.ts";
import { createDraftForm, type DraftForm } from "../preferences/draft-form.ts";
import { parseObject } from "../preferences/preferences.ts";
import { createStore, useStore } from "../store/create-store.ts";
import { datasetsStore, knownDataset } from "../store/datasets-store.ts";
import { takeOffers } from "../store/network-offers.ts";
import { labStore } from "../store/lab-store.ts";
import { numberWithin, wholeNumber } from "../../shared/specs/number-schemas.ts";

/** Zero means "off" for the fields whose hints say so. */
const NUMBERS = {
  epochs: wholeNumber("epochs", 1, 100_000),
  steps: wholeNumber("steps", 0, 100_000_000),
  batchSize: wholeNumber("batch size", 1, 1_000_000),
  lr: numberWithin("learning rate", 1e-12, 1_000),
  momentum: numberWithin("momentum", 0, 0.9999),
  weightDecay: numberWithin("weight decay", 0, 10),
  beta1: numberWithin("beta1", 0, 1),
  beta2: numberWithin("beta2", 0, 1),
  alpha: numberWithin("alpha", 0, 1),
  eps: numberWithin("eps", 0, 1),
  lrDecay: numberWithin("lr decay", 0, 1_000),
  initialAccumulatorValue: numberWithin("initial sum of squares", 0, 1e9),
  seed: wholeNumber("seed", 0, 0xffffffff),
  rows: wholeNumber("rows", 1, 1_000_000),
  validRows: wholeNumber("validation rows", 0, 1_000_000),
  threads: wholeNumber("threads", 1, 64),
  clipNorm: numberWithin("clip norm", 0, 1e6),
  labelSmoothing: numberWithin("label smoothing", 0, 0.99),
  delta: numberWithin("delta", 1e-6, 1e6),
  augmentShift: wholeNumber("shift", 0, 10),
  warmupSteps: wholeNumber("warm-up steps", 0, 1_000_000),
  stepEvery: wholeNumber("every", 1, 10_000_000),
  stepGamma: numberWithin("factor", 1e-6, 10),
  patience: wholeNumber("patience", 0, 10_000),
  minDelta: numberWithin("least gain", 0, 1e6),
  stopAfterSeconds: numberWithin("stop after", 0, 1e6),
  stopAtLoss: numberWithin("stop at loss", 0, 1e6),
  statisticsEvery: wholeNumber("statistics", 0, 1_000_000),
  keepEveryMinutes: numberWithin("checkpoints", 0, 100_000),
};
export type TrainField = keyof typeof NUMBERS;
export type ScheduleName = TrainSpec["schedule"]["name"];

/** What is chosen rather than typed. */
export interface TrainChoice {
  /** Id of a data set. */
  readonly data: string;
  readonly preset: TrainPreset | "own";
  readonly layers: readonly TrainLayerSpec[];
  readonly loss: TrainSpec["loss"];
  /** What the loss "own" stands for. */
  readonly ownLoss: OwnLossSpec | null;
  /** Weights of classes as typed, "1, 2, 0.5"; "" for none. */
  readonly classWeights: string;
  readonly optimizer: OptimizerName;
  readonly nesterov: boolean;
  readonly schedule: ScheduleName;
  readonly shuffle: boolean;
  /** Leaves out the rows that do not fill the last batch. */
  readonly dropLast: boolean;
  /** Weights that the settings name, which the window cannot read: the person chooses their file, or does without. */
  readonly weights: TrainSpec["weights"] | null;
}

export interface TrainForm {
  readonly choice: TrainChoice;
  readonly choose: (change: Partial<TrainChoice>) => void;
  readonly numbers: DraftForm<TrainField>;
  readonly threads: number;
  /** Null while something is not valid; `problem` says what. */
  readonly spec: TrainSpec | null;
  readonly problem: string;
}

const KEY = "backprop-lab.train";
const forms = createDraftForm<TrainField>(`${KEY}-draft`, NUMBERS);
/** A first training has to work: the classifier is right in 97 of 100 cases, the notebook's regression in 46. */
const FIRST_PRESET: TrainPreset = "small";
const DEFAULTS = numbersOf(TRAIN_PRESETS[FIRST_PRESET].spec);

/** What a spec chooses. */
export function choiceOf(spec: TrainSpec, preset: TrainChoice["preset"]): TrainChoice {
  const { layers, loss, optimizer, schedule, shuffle, dropLast, data } = spec;
  const nesterov = optimizer.name === "sgd" && optimizer.nesterov;
  return {
    data: data.name,
    preset,
    layers,
    loss,
    ownLoss: spec.ownLoss ?? null,
    nesterov,
    classWeights: spec.classWeights?.join(", ") ?? "",
    shuffle,
    dropLast,
    weights: spec.weights ?? null,
    optimizer: optimizer.name,
    schedule: schedule.name,
  };
}

/** What a spec puts into the fields. */
export function numbersOf(spec: TrainSpec): Record<Exclude<TrainField, "threads">, number> {
  const { optimizer, schedule } = spec;
  return {
    epochs: spec.epochs ?? 1,
    steps: spec.steps ?? 0,
    batchSize: spec.batchSize,
    lr: optimizer.lr,
    ...usualConstants(optimizer.name),
    ...optimizerConstants(optimizer.name, optimizer),
    weightDecay: optimizer.weightDecay,
    seed: spec.seed,
    rows: spec.data.rows,
    validRows: spec.validRows,
    clipNorm: spec.clipNorm ?? 0,
    labelSmoothing: spec.labelSmoothing ?? 0,
    delta: spec.delta ?? 1,
    augmentShift: spec.augmentShift,
    warmupSteps: schedule.warmupSteps,
    stepEvery: schedule.name === "step" ? schedule.every : 1_000,
    stepGamma: schedule.name === "step" ? schedule.gamma : 0.5,
    patience: spec.earlyStop?.patience ?? 0,
    minDelta: spec.earlyStop?.minDelta ?? 0,
    stopAfterSeconds: spec.stopAfterSeconds ?? 0,
    stopAtLoss: spec.stopAtLoss ?? 0,
    statisticsEvery: spec.statisticsEvery,
    keepEveryMinutes: spec.keepEveryMinutes ?? 0,
  };
}

function storedChoice(): TrainChoice {
  const fallback = choiceOf(TRAIN_PRESETS[FIRST_PRESET].spec, FIRST_PRESET);
  const stored = parseObject(localStorage.getItem(`${KEY}-choice`));
  const merged: TrainChoice = { ...fallback, ...stored };
  // What an older version kept may no longer be a network.
  return "problem" in toSpec(merged, { ...DEFAULTS, threads: 1 }) ? fallback : merged;
}
const onlyAboveZero = <K extends string>(key: K, value: number): Partial<Record<K, number>> =>
  value > 0 ? ({ [key]: value } as Record<K, number>) : {};

/** Class weights as a spec has them; what is no number is left for the schema to refuse. */
const weightsOf = ({ loss, classWeights }: TrainChoice): { classWeights?: number[] } =>
  (loss === "crossEntropy" || loss === "binaryCrossEntropy") && classWeights.trim() !== ""
    ? {
        classWeights: classWeights
          .split(/[\s,;]+/)
          .filter((text) => text !== "")
          .map(Number),
      }
    : {};

/** The spec that the form stands for, or why it is none. */
export function toSpec(
  choice: TrainChoice,
  values: Readonly<Record<TrainField, number>>,
): { spec: TrainSpec } | { problem: string } {
  const { lr, weightDecay, warmupSteps, patience, minDelta } = values;
  const optimizer = {
    name: choice.optimizer,
    lr,
    weightDecay,
    ...optimizerConstants(choice.optimizer, values),
    ...(choice.optimizer === "sgd" ? { nesterov: choice.nesterov } : {}),
  };
  const schedule =
    choice.schedule === "step"
      ? { name: "step", warmupSteps, every: values.stepEvery, gamma: values.stepGamma }
      : { name: choice.schedule, warmupSteps };
  const parsed = v.safeParse(trainSpecSchema, {
    layers: choice.layers,
    loss: choice.loss,
    optimizer,
    schedule,
    shuffle: choice.shuffle,
    dropLast: choice.dropLast,
    data: { name: choice.data, split: "train", rows: values.rows },
    seed: values.seed,
    batchSize: values.batchSize,
    ...(values.steps > 0 ? { steps: values.steps } : { epochs: values.epochs }),
    validRows: values.validRows,
    augmentShift: values.augmentShift,
    statisticsEvery: values.statisticsEvery,
    clipNorm: values.clipNorm > 0 ? values.clipNorm : null,
    ...(choice.loss === "huber" && values.delta !== 1 ? { delta: values.delta } : {}),
    ...(choice.loss === "own" && choice.ownLoss !== null ? { ownLoss: choice.ownLoss } : {}),
    ...weightsOf(choice),
    ...onlyAboveZero("labelSmoothing", choice.loss === "crossEntropy" ? values.labelSmoothing : 0),
    ...onlyAboveZero("stopAfterSeconds", values.stopAfterSeconds),
    ...onlyAboveZero("stopAtLoss", values.stopAtLoss),
    ...onlyAboveZero("keepEveryMinutes", values.keepEveryMinutes),
    ...(patience > 0 ? { earlyStop: { patience, minDelta } } : {}),
    ...(choice.weights === null ? {} : { weights: choice.weights }),
  });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return { problem: issueWords(issue) };
  }
  const dataset = knownDataset(datasetsStore.get(), choice.data);
  const problem = dataset === undefined ? "" : dataMisfit(parsed.output, endsOf(dataset));
  return problem === "" ? { spec: parsed.output } : { problem };
}

const choices = createStore<TrainChoice>(storedChoice());

/** A changed data set or loss takes the network's ends along; layers that are given stay. */
function fitted(before: TrainChoice, change: Partial<TrainChoice>): TrainChoice {
  const next = { ...before, ...change };
  const dataset = knownDataset(datasetsStore.get(), next.data);
  const same = next.data === before.data && next.loss === before.loss;
  if (dataset === undefined || same || change.layers !== undefined) return next;
  const ends = endsOf(dataset);
  const loss = change.data === undefined ? next.loss : usualLoss(next.loss, ends);
  return { ...next, loss, layers: fitToData(next.layers, loss, ends), preset: "own" };
}

/** Numbers have squared errors, classes the cross entropy, unless the loss fits already. */
const usualLoss = (loss: TrainSpec["loss"], ends: DataEnds): TrainSpec["loss"] =>
  ends.target === "classes" && !judgesClasses(loss) ? "crossEntropy" : lossFor(loss, ends);

function choose(change: Partial<TrainChoice>): void {
  const next = fitted(choices.get(), change);
  localStorage.setItem(`${KEY}-choice`, JSON.stringify(next));
  choices.set(next);
}

export function useTrainForm(): TrainForm {
  const threads = useStore(labStore, (state) => state.threads) ?? 1;
  const choice = useStore(choices);
  const numbers = forms.useForm(useMemo(() => ({ ...DEFAULTS, threads }), [threads]));
  return useMemo(() => {
    const { values } = numbers;
    const made = values === null ? { problem: "a number above is not valid" } : toSpec(choice, values);
    return {
      choice,
      choose,
      numbers,
      threads: values?.threads ?? threads,
      spec: "spec" in made ? made.spec : null,
      problem: "problem" in made ? made.problem : "",
    };
  }, [choice, numbers, threads]);
}

/** Another optimiser comes with its own constants; the rate stays. */
export function chooseOptimizer(optimizer: OptimizerName): void {
  choose({ optimizer });
  const { fields } = forms.read({ ...DEFAULTS, threads: labStore.get().threads ?? 1 });
  const usual = usualConstants(optimizer);
  for (const name of OPTIMIZER_CONSTANTS[optimizer]) {
    if (name !== "momentum") fields[name].set(String(usual[name]));
  }
}

/** Puts a whole spec into the form. */
export function showSpec(spec: TrainSpec, preset: TrainChoice["preset"]): void {
  choose(choiceOf(spec, preset));
  const { fields } = forms.read({ ...DEFAULTS, threads: labStore.get().threads ?? 1 });
  for (const [name, value] of Object.entries(numbersOf(spec))) fields[name as TrainField].set(String(value));
}

takeOffers("train", (offer) => {
  const { values } = forms.read({ ...DEFAULTS, threads: labStore.get().threads ?? 1 });
  const made = toSpec(choices.get(), values ?? { ...DEFAULTS, threads: 1 });
  const course = "spec" in made ? made.spec : TRAIN_PRESETS[FIRST_PRESET].spec;
  const {
    labelSmoothing: _smoothing,
    delta: _delta,
    classWeights: _classWeights,
    ownLoss: _own,
    weights: _weights,
    ...rest
  } = course;
  // A training looks at the training rows, whatever was looked at before.
  const data = { ...offer.data, split: "train" } as const;
  showSpec({ ...rest, ...offer, data }, "own");
});

/** Reads a spec from text. @throws {Error} In words, if it is none. */
export function parseSpecText(text: string): TrainSpec {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const reason = messageOf(error);
    throw new Error(`this is not JSON: ${reason}`, { cause: error });
  }
  const complete = withValidRows(json, (name) => knownDataset(datasetsStore.get(), name));
  const parsed = v.safeParse(trainSpecSchema, complete);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new Error(issueAt(issue));
}
