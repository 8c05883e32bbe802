import { stored } from "../core/tensor/create.ts";
import { numelOf } from "../core/ops/recording-ops.ts";
import { broadcastShapes, sameShape, showShape } from "../core/tensor/shapes.ts";
import { TensorShapeError } from "../core/tensor/tensor-error.ts";
import type { Recorder, TensorNode } from "../core/tensor/tensor-node.ts";
import { expand } from "../core/tensor/views.ts";
import type { CellOutputs } from "./cell-outputs.ts";
import type { CellSources } from "./cell-sources.ts";
import type { CheckRecorder } from "./check-recorder.ts";
import { PART_KINDS, type FormulaWriter, type PartKind } from "./formula-writer.ts";
import { closenessText } from "./closeness-text.ts";
import { GuestError } from "./guest-error.ts";
import type { HostFunction as AnyHostFunction, HostValue as AnyHostValue } from "./interpreter.ts";
import type { MainLine } from "./main-line.ts";
import { Pictures } from "./pictures.ts";
import type { RandomKeys } from "./random-keys.ts";
import type { TensorLedger } from "./tensor-ledger.ts";
import { KEEPS_NAME, numbersOf, recordMethod, recordValues } from "./tensor-methods.ts";
import { shownPart, tensorText } from "./tensor-text.ts";
import type { TimeRecorder } from "./time-recorder.ts";
import type { Tray } from "./tray.ts";
import type { ValueJudge } from "./value-judge.ts";
import type { VariableList } from "./variable-list.ts";
import { grouped } from "../core/grouped.ts";

/** Names, titles and lists of numbers; a stack trace or something shown may be longer. */
const SHORT_TEXT = 2_000;
const LONG_TEXT = 16_000_000;
/** `.toArray()` gives at most so many elements: what the script's heap holds. */
const MOST_ELEMENTS = 8_000_000;

/** What the tensor language's host functions work on. */
export interface HostParts {
  readonly ledger: TensorLedger;
  readonly sources: CellSources;
  readonly outputs: CellOutputs;
  readonly keys: RandomKeys;
  readonly line: MainLine;
  readonly timer: TimeRecorder;
  readonly checker: CheckRecorder;
  readonly formulas: FormulaWriter;
  readonly judge: ValueJudge;
  readonly tray: Tray;
  /** Has the other world do something: a lesson's check, or the student's code. */
  readonly cross: (message: string) => string;
  readonly variables: VariableList;
}

type HostValue = AnyHostValue<TensorNode>;
type HostFunction = AnyHostFunction<TensorNode>;

const wrong = (what: string): GuestError => new GuestError("TypeError", `the lab expected ${what}`);

function text(value: HostValue, most = SHORT_TEXT): string {
  if (typeof value !== "string" || value.length > most) throw wrong(`text of at most ${most} characters`);
  return value;
}
function number(value: HostValue): number {
  if (typeof value !== "number") throw wrong("a number");
  return value;
}
function partKind(value: HostValue): PartKind {
  const kind = PART_KINDS.find((one) => one === value);
  if (kind === undefined) throw wrong("an activation or a loss");
  return kind;
}
function seedOf(value: HostValue): number {
  const seed = number(value);
  if (Number.isInteger(seed) && seed >= 0 && seed <= 0xffffffff) return seed;
  throw new GuestError(
    "SizeError",
    `manualSeed(): expected a whole number from 0 to 4,294,967,295, got ${seed}`,
  );
}

/** Two tensors spread to one shape. @throws {TensorShapeError} */
function alike(recorder: Recorder, a: TensorNode, b: TensorNode): readonly [TensorNode, TensorNode] {
  if (sameShape(a.shape, b.shape)) return [a, b];
  const shape = broadcastShapes("assertClose", a, b);
  return [expand(recorder, a, shape), expand(recorder, b, shape)];
}

/**
 * What the language may ask for, by name. Whatever comes from a cell is checked here to be a number, text of limited
 * length, or one of the notebook's own tensors.
 */
export function hostFunctions(parts: HostParts): Readonly<Record<string, HostFunction>> {
  const { ledger, sources, outputs, keys, line, timer, checker, formulas, judge, tray, variables } = parts;
  const pictures = new Pictures(ledger, (output) => outputs.add(output));
  let stack = "";
  const recorder: Recorder = {
    line: () => sources.line(stack),
    notice: ({ text: said, line: place }) => outputs.add({ kind: "notice", text: said, place }),
    nextId: () => ledger.nextId(),
  };
  const context = { recorder, nextDraw: () => keys.nextDraw() };

  const tensor = (value: HostValue): TensorNode => {
    if (typeof value === "object" && ledger.live.holds(value)) return value;
    throw wrong("a tensor of this notebook");
  };
  const operand = (value: HostValue): TensorNode | number | string | undefined => {
    if (typeof value === "string") return text(value);
    return typeof value === "object" ? tensor(value) : value;
  };

  /** Takes down a node, under the name of the variable that it is assigned to. */
  const recorded = (node: TensorNode, name: string | null): TensorNode => {
    node.name = name;
    ledger.recorded(node);
    return node;
  };
  /** Values of a tensor, or of its part. */
  const read = (view: ReturnType<TensorLedger["view"]>) => ledger.run([], { reads: [view] }).values[0] ?? [];

  return {
    record: (method, given, ...operands) => {
      stack = text(given, LONG_TEXT);
      const name = text(method);
      const values = operands.map(operand);
      const node = recordMethod(name, values, context);
      const target = KEEPS_NAME.has(name) ? values.find((value) => typeof value === "object") : undefined;
      return recorded(node, target?.name ?? sources.assignedName(stack));
    },
    upload: (values, sizes, given) => {
      stack = text(given, LONG_TEXT);
      if (!(values instanceof ArrayBuffer)) throw wrong("numbers");
      const node = recordValues(recorder, new Float32Array(values), text(sizes));
      return recorded(node, sources.assignedName(stack));
    },
    dataset: (name, part) => {
      const buffer = ledger.nextBuffer();
      const request = { kind: "dataset", name: text(name), part: text(part), buffer } as const;
      const { shape } = line.ask<"dataset">(request);
      ledger.adopt(buffer, 4 * numelOf(shape));
      return recorded(
        stored(recorder, shape, { storage: { buffer, offset: 0 }, name: request.part }),
        request.part,
      );
    },
    runs: (query) => {
      ledger.breakTiming();
      return line.ask<"runs">({ kind: "runs", query: text(query) });
    },
    curve: (runId, name) => {
      ledger.breakTiming();
      const numbers = line.ask<"curve">({ kind: "curve", runId: text(runId), name: text(name) });
      return numbers.slice().buffer;
    },
    shape: (given) => tensor(given).shape.join(","),
    dtype: (given) => tensor(given).dtype,
    identity: (given) => tensor(given).id,
    variable: (name, kind, said, mark, gradientMark, given) => {
      variables.add(
        {
          name: text(name),
          kind: text(kind),
          text: text(said),
          mark: text(mark),
          gradientMark: text(gradientMark),
        },
        given === undefined ? null : tensor(given),
      );
      return undefined;
    },
    item: (given) => {
      const node = tensor(given);
      if (numelOf(node.shape) !== 1) {
        throw new TensorShapeError(
          `.item(): one number is needed, got shape ${showShape(node.shape)}. Did you mean .toArray()?`,
        );
      }
      return ledger.read(node)[0] ?? NaN;
    },
    values: (given) => {
      const node = tensor(given);
      if (numelOf(node.shape) > MOST_ELEMENTS) {
        throw new GuestError(
          "LimitError",
          `.toArray(): ${showShape(node.shape)} has ${grouped(numelOf(node.shape))} elements; a cell can ` +
            `read at most ${grouped(MOST_ELEMENTS)} at once. Reduce it first, or take a .slice()`,
        );
      }
      return Float32Array.from(ledger.read(node)).buffer;
    },
    text: (given) => {
      const node = tensor(given);
      return tensorText(node, read(shownPart(node, ledger.view(node))));
    },
    output: (kind, json) => {
      ledger.breakTiming();
      outputs.speak(text(kind), text(json, LONG_TEXT));
      return undefined;
    },
    histogram: (given, bins, title) => {
      pictures.histogram(tensor(given), number(bins), text(title));
      return undefined;
    },
    image: (given, width, title) => {
      pictures.image(tensor(given), number(width), text(title));
      return undefined;
    },
    heat: (given, title) => {
      pictures.heat(tensor(given), text(title));
      return undefined;
    },
    compare: (first, second, rtol, atol) => {
      const [a, b] = alike(recorder, tensor(first), tensor(second));
      const tolerance = { rtol: number(rtol), atol: number(atol) };
      ledger.run([a, b]);
      const found = line.ask<"compare">({ kind: "compare", a: ledger.view(a), b: ledger.view(b), tolerance });
      return closenessText(found, a, b, tolerance);
    },
    timeBegin: () => {
      timer.begin();
      return undefined;
    },
    timeEnd: (name, samples) => {
      const timing = timer.end(text(name), number(samples));
      return timing === null ? "" : JSON.stringify(timing);
    },
    lap: () => timer.lap(),
    clockTiming: (name, laps) => JSON.stringify(timer.byClock(text(name), numbersOf(text(laps)))),
    movedZeros: (given) => checker.movedZeros(tensor(given), recorder) ?? undefined,
    checkBegin: () => {
      checker.begin();
      return undefined;
    },
    checkGradient: (of, gradient, given, made) => {
      const line = made === undefined ? null : tensor(made).line;
      checker.gradient(
        tensor(of),
        gradient === undefined ? null : tensor(gradient),
        line ?? sources.line(text(given, LONG_TEXT)),
      );
      return undefined;
    },
    checkCancel: () => {
      checker.cancel();
      return undefined;
    },
    checkEnd: (kind, loss, names, differences, taken, ofRows, given, ...of) => {
      const wanted = of.map((one, at) => ({
        node: tensor(one),
        name: text(names, LONG_TEXT).split("\n")[at] ?? "",
      }));
      const report = checker.end({
        kind: text(kind) === "checkLayer" ? "checkLayer" : "check",
        loss: tensor(loss),
        wanted,
        differences: number(differences),
        rows: number(ofRows) === 0 ? null : { taken: number(taken), of: number(ofRows) },
        place: sources.line(text(given, LONG_TEXT)),
      });
      outputs.add({ kind: "check", report });
      return JSON.stringify(report);
    },
    judgeValue: (actual, expected, exact, rtol, atol, words, ...nodes) => {
      const named = text(words, LONG_TEXT).split("\n");
      return judge.judge({
        actual: tensor(actual),
        expected: tensor(expected),
        exact: number(exact) === 1,
        rtol: number(rtol),
        atol: number(atol),
        mistakes: nodes.map((node, at) => ({ words: named[at] ?? "", node: tensor(node) })),
      });
    },
    formulaBegin: () => {
      ledger.beginFormula();
      return undefined;
    },
    formulaEnd: () => {
      ledger.endFormula();
      return undefined;
    },
    formula: (kind, out, first, second) =>
      formulas.write(partKind(kind), tensor(out), tensor(first), tensor(second)),
    definePart: (kind, name, forward, backward, given) => {
      formulas.define(partKind(kind), {
        name: text(name),
        forward: text(forward),
        backward: backward === undefined ? null : text(backward),
        place: sources.line(text(given, LONG_TEXT)),
      });
      return undefined;
    },
    layerBackward: (names, ...of) => formulas.writeBackward(text(names).split("\n"), of.map(tensor)),
    defineLayer: (name, layers, backward, given) => {
      formulas.defineLayer({
        name: text(name),
        layers: text(layers, LONG_TEXT),
        backward: backward === undefined ? null : text(backward, LONG_TEXT).split("\n"),
        place: sources.line(text(given, LONG_TEXT)),
      });
      return undefined;
    },
    clearTray: () => {
      tray.clear();
      return undefined;
    },
    put: (given) => tray.put(tensor(given)),
    take: (place) => tray.take(number(place)),
    cross: (message) => parts.cross(text(message, LONG_TEXT)),
    seed: (given) => {
      keys.reseed(seedOf(given));
      return undefined;
    },
    randomKey: () => keys.nextKey(),
  };
}
