import { numelOf } from "../../ops/recording-ops.ts";
import { broadcastShapes, sameShape, showShape } from "../shapes.ts";
import { transposed, unbroadcast } from "../float64/arrays.ts";
import type { Mutant } from "../float64/mutant.ts";
import type { Float64Program } from "../float64/program.ts";
import { reverse } from "../float64/reverse.ts";
import type { Candidate, Explanation, GivenGradient } from "./check-types.ts";
import { factorOf, isSame, relativeDistance } from "./compare.ts";
import { factorName } from "./factors.ts";
import type { Reference } from "./judge.ts";
import { mutantName, mutantsOf, mutantWords, standInsOf } from "./mutants.ts";
import { ancestorsOf, segmentOf } from "./segment.ts";
import { operationName, showLine, stepName } from "./words.ts";

/** Candidates that are listed where several explain the same numbers. */
const LISTED = 4;
/** Pairs of missing terms that are tried. */
const MOST_PAIRS = 120;

/** Finds the mistakes that give just the numbers of a wrong gradient. */
export function diagnose(program: Float64Program, reference: Reference, given: GivenGradient): Explanation {
  return new Diagnosis(program, reference, given).explain();
}

class Diagnosis {
  readonly #program: Float64Program;
  readonly #reference: Reference;
  readonly #given: GivenGradient;
  readonly #right: Float64Array;
  readonly #sizes: readonly number[];

  constructor(program: Float64Program, reference: Reference, given: GivenGradient) {
    this.#program = program;
    this.#reference = reference;
    this.#given = given;
    const { shape } = program.steps[given.step];
    this.#right = reference.local.gradients[given.step] ?? new Float64Array(numelOf(shape));
    const sizes = program.steps.flatMap((step) => [...step.shape, numelOf(step.shape)]);
    this.#sizes = [...new Set(sizes)].filter((size) => size > 2);
  }

  explain(): Explanation {
    if (!sameShape(this.#given.shape, this.#program.steps[this.#given.step].shape)) return this.#wrongShape();
    const attempts = [
      () => this.#plain(),
      () => this.#backwards(),
      () => this.#noIncoming(),
      () => this.#gradientOfAnother(),
      () => this.#pairs(),
      () => this.#scaledMutants(),
    ];
    for (const attempt of attempts) {
      const candidates = attempt();
      if (candidates.length > 0) return listed(candidates);
    }
    return { certain: false, candidates: [] };
  }

  #wrongShape(): Explanation {
    const { values, shape } = this.#given;
    const own = this.#program.steps[this.#given.step].shape;
    const right = this.#right;
    const has = `has shape ${showShape(shape)}, its tensor ${showShape(own)}`;
    const itself = (text: string, mistake: string): Explanation =>
      listed([{ text: `${has}: ${text}`, line: null, mistake }]);
    const summed = this.#summed();
    if (summed !== null && isSame(summed, right)) {
      return itself(
        "the sum over what the tensor was repeated to is missing. Summed, it is right.",
        "missing sum",
      );
    }
    const factor = summed === null ? null : factorOf(summed, right);
    const words = factor === null ? null : factorName(factor, this.#sizes);
    if (words !== null) {
      return itself(
        `the sum is missing, and besides it is right only up to the factor ${words}.`,
        "missing sum",
      );
    }
    if (own.length === 2 && sameShape(shape, own.toReversed())) {
      const [rows, columns] = shape;
      const turned = transposed({ values: Float64Array.from(values), rows, columns }).values;
      if (isSame(turned, right)) return itself("it is right, but transposed.", "transposed");
    }
    if (isSame(values, right)) return itself("the numbers are right; a reshape is missing.", "reshape");
    const other = this.#gradientOfAnother();
    if (other.length > 0) return listed(other);
    return itself("a gradient has the shape of its tensor.", "shape");
  }

  /** The gradient summed over what its tensor may have been repeated to; null where the shapes do not say that. */
  #summed(): Float64Array | null {
    const { values, shape } = this.#given;
    const own = this.#program.steps[this.#given.step].shape;
    try {
      const together = broadcastShapes("check", { name: null, shape: own }, { name: null, shape });
      if (!sameShape(together, shape)) return null;
    } catch {
      return null;
    }
    return unbroadcast(Float64Array.from(values), { from: shape, to: own });
  }

  /** What can be said without going back: factor, transpose, one part alone, another tensor's gradient. */
  #plain(): readonly Candidate[] {
    const { values, step } = this.#given;
    const right = this.#right;
    const { shape } = this.#program.steps[step];
    const itself = (text: string, mistake: string): Candidate => ({ text, line: null, mistake });
    if (values.every((value) => value === 0)) return [itself("is 0 everywhere.", "zero")];
    const strange = values.findIndex((value) => !Number.isFinite(value));
    if (strange >= 0) {
      const at = `${values[strange]} at element ${strange}`;
      return [itself(`is ${at}, where the right one is a number; was something divided by 0?`, "not finite")];
    }
    const factor = factorOf(values, right);
    const words = factor === null ? null : factorName(factor, this.#sizes);
    if (words !== null) {
      // A minus may have been lost at any operation of several.
      const anywhere = factor !== null && factor < 0 && this.#segment().operations.length > 1;
      const exact = anywhere ? [] : this.#backwards();
      const plain = itself(`is the right gradient times ${words}.`, "factor");
      // The factor is a fact; which operation it comes from may be known as well.
      return exact.length === 1
        ? exact.map((one) => ({ ...one, text: `${plain.text} It ${one.text}` }))
        : [plain];
    }
    if (factor !== null && right.length >= 16) {
      return [itself(`is the right gradient times ${factor.toPrecision(4)}.`, "factor")];
    }
    if (shape.length === 2 && shape[0] === shape[1] && shape[0] > 1) {
      const turned = transposed({ values: right, rows: shape[0], columns: shape[1] }).values;
      if (isSame(values, turned)) {
        const exact = this.#backwards();
        return exact.length === 1 ? exact : [itself("holds the right numbers, transposed.", "transposed")];
      }
    }
    return this.#contributions();
  }

  /** One use's part of the gradient alone, or all but one. */
  #contributions(): readonly Candidate[] {
    const { values, step } = this.#given;
    const parts = this.#reference.local.contributions[step];
    if (parts.length < 2) return [];
    const uses = `the tensor is used ${parts.length} times, and the parts must be added`;
    return parts.flatMap(({ from, values: part }): readonly Candidate[] => {
      const { line } = this.#program.steps[from];
      const name = operationName(this.#program, from);
      if (isSame(values, part)) {
        const text = `holds only the part that comes back through ${name}; ${uses} (was it overwritten?).`;
        return [{ text, line, mistake: "overwritten" }];
      }
      const rest = this.#right.map((value, i) => value - part[i]);
      if (parts.length > 2 && isSame(values, rest)) {
        return [
          { text: `lacks the part that comes back through ${name}; ${uses}.`, line, mistake: "missing part" },
        ];
      }
      return [];
    });
  }

  #gradientOfAnother(): readonly Candidate[] {
    const { values, step } = this.#given;
    const ancestors = ancestorsOf(this.#program, step);
    return this.#program.steps.flatMap((_, other): readonly Candidate[] => {
      // What lies behind this tensor may have its wrong gradient only because of it.
      const gradient = ancestors.has(other)
        ? this.#reference.own.gradients[other]
        : (this.#reference.incoming.get(other) ?? this.#reference.local.gradients[other]);
      if (other === step || gradient === null || !isSame(values, gradient)) return [];
      // Where both are right the same numbers are no mistake.
      if (isSame(gradient, this.#right)) return [];
      const text = `is the gradient of ${stepName(this.#program, other)}.`;
      return [{ text, line: null, mistake: "another tensor's gradient" }];
    });
  }

  /** The tensor's gradient when the backward of some steps is wrong. */
  #mutated(mutants: readonly Mutant[], incoming = this.#reference.incoming): Float64Array | null {
    const { step } = this.#given;
    const { inside } = this.#segment();
    const others = new Map(incoming);
    others.delete(step);
    const { gradients } = reverse(this.#program, this.#reference.pass, {
      incoming: others,
      mutants,
      only: inside,
    });
    return gradients[step];
  }

  #segment(): ReturnType<typeof segmentOf> {
    const { incoming } = this.#reference;
    return segmentOf(this.#program, this.#given.step, (step) => incoming.has(step));
  }

  /** Candidates whose numbers are the given ones, or those up to a named factor. */
  #matching(
    tries: readonly {
      readonly mutants: readonly Mutant[];
      readonly text: string;
      readonly mistake: string;
    }[],
    scaled = false,
  ): readonly Candidate[] {
    const { values } = this.#given;
    return tries.flatMap(({ mutants, text, mistake }): readonly Candidate[] => {
      const wrong = this.#mutated(mutants);
      if (wrong === null || relativeDistance(wrong, this.#right) < 1e-3) return [];
      const [first] = mutants;
      const { line } = this.#program.steps[first.step];
      if (isSame(values, wrong)) return [{ text: `is exactly what comes out when ${text}.`, line, mistake }];
      if (!scaled) return [];
      const factor = factorOf(values, wrong);
      const words = factor === null ? null : factorName(factor, this.#sizes);
      if (words === null) return [];
      return [
        {
          text: `is what comes out when ${text}; besides it is too large by the factor ${words}.`,
          line,
          mistake,
        },
      ];
    });
  }

  /** Every mistake in one backward on the way that gives just these numbers. */
  #backwards(): readonly Candidate[] {
    const mutants = this.#segment()
      .operations.toReversed()
      .flatMap((place) => [...mutantsOf(this.#program, place), ...standInsOf(this.#program, place)]);
    return [...withoutEchoes(this.#matching(mutants.map(this.#attempt))), ...this.#incomingOfAnother()];
  }

  #scaledMutants(): readonly Candidate[] {
    const mutants = this.#segment().operations.flatMap((place) => mutantsOf(this.#program, place));
    return this.#matching(mutants.map(this.#attempt), true);
  }

  readonly #attempt = (
    mutant: Mutant,
  ): { readonly mutants: readonly Mutant[]; readonly text: string; readonly mistake: string } => ({
    mutants: [mutant],
    text: mutantWords(this.#program, mutant),
    mistake: mutantName(this.#program, mutant),
  });

  /** Two terms that are missing at once: the paths through mean and variance of a norm, for example. */
  #pairs(): readonly Candidate[] {
    const drops = this.#segment()
      .operations.toReversed()
      .flatMap((place) => mutantsOf(this.#program, place).filter(({ kind }) => kind === "drop"));
    const pairs = drops.flatMap((one, i) => drops.slice(i + 1).map((other) => [one, other] as const));
    const found = this.#matching(
      pairs.slice(0, MOST_PAIRS).map(([one, other]) => ({
        mutants: [one, other],
        text: `${mutantWords(this.#program, one)}, and ${mutantWords(this.#program, other)}`,
        mistake: `${mutantName(this.#program, one)} and ${mutantName(this.#program, other)}`,
      })),
    );
    // Terms are missing all along their ways: the pair nearest to the loss says where they begin.
    return found.slice(0, 1);
  }

  /** 1, or a tensor's own values, where its gradient is due. */
  #noIncoming(): readonly Candidate[] {
    const { incoming, pass } = this.#reference;
    const { values } = this.#given;
    return this.#segment().operations.flatMap((due): readonly Candidate[] => {
      const usual = incoming.get(due);
      if (usual === undefined) return [];
      const name = stepName(this.#program, due);
      const { line } = this.#program.steps[due];
      const wrong = (instead: Float64Array): boolean => {
        const made = this.#mutated([], new Map([...incoming, [due, instead]]));
        return !isSame(instead, usual) && made !== null && isSame(values, made);
      };
      const text = (what: string): string => `is exactly what comes out when ${what}.`;
      if (wrong(new Float64Array(usual.length).fill(1)))
        return [
          {
            text: text(`the incoming gradient is left out: the gradient of ${name} is not multiplied by`),
            line,
            mistake: "no incoming gradient",
          },
        ];
      if (wrong(pass.values[due]))
        return [
          {
            text: text(`${name} itself stands where its gradient is due`),
            line,
            mistake: "value for gradient",
          },
        ];
      return [];
    });
  }

  /** The gradient of another tensor that came in where the next one's is due. */
  #incomingOfAnother(): readonly Candidate[] {
    const { incoming } = this.#reference;
    const { step: target, values } = this.#given;
    const { steps } = this.#program;
    return this.#segment().operations.flatMap((due) =>
      [...incoming].flatMap(([other, gradient]): readonly Candidate[] => {
        const usual = incoming.get(due);
        if (other === due || usual === undefined || !sameShape(steps[other].shape, steps[due].shape))
          return [];
        if (isSame(gradient, usual)) return [];
        const wrong = this.#mutated([], new Map([...incoming, [due, gradient]]));
        if (other === target || wrong === null || !isSame(values, wrong)) return [];
        const text = `is exactly what comes out when the gradient of ${stepName(this.#program, other)} stands where that of ${stepName(this.#program, due)} is due.`;
        return [{ text, line: steps[due].line, mistake: "another tensor's gradient came in" }];
      }),
    );
  }
}

/** A term that is missing or negated is so all along its way: only where that begins is said, and one thing an operation. */
function withoutEchoes(candidates: readonly Candidate[]): readonly Candidate[] {
  const operations = new Set<string>();
  return candidates.filter(({ line, mistake }, place) => {
    const [label, kind] = mistake.split(": ");
    const operation = `${label} ${showLine(line)}`;
    if (operations.has(operation)) return false;
    if (place > 0 && (kind === "drop" || kind === "negate")) return false;
    operations.add(operation);
    return true;
  });
}

/** Each text once; several mean that none is certain. */
function listed(candidates: readonly Candidate[]): Explanation {
  const unique = [...new Map(candidates.map((one) => [one.text, one])).values()];
  return { certain: unique.length === 1, candidates: unique.slice(0, LISTED) };
}
